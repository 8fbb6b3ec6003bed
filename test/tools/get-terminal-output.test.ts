import { afterAll, beforeAll, expect, test } from "bun:test";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash", files: { ".bash_profile": "PS1='ready\\$ '\n" } });
}, 30_000);

afterAll(() => session[Symbol.asyncDispose]());

test("shows the last lines as a person would see them on scrolling up", async () => {
  await session.run("seq 1 300");
  const { fields } = await session.read({ num_lines: 4 });
  expect(fields).toMatchObject({
    view: "scrollback",
    state: "idle",
    lines: 4,
    output: "298\n299\n300\nready# ",
  });
  const longer = await session.read({ num_lines: 290 });
  expect(String(longer.fields["output"]).split("\n")).toHaveLength(290);
});

test("the screen is what the terminal shows now", async () => {
  await session.run("clear");
  const { fields } = await session.read({ view: "screen" });
  expect(fields).toMatchObject({
    view: "screen",
    screen: { cols: 200, rows: 50, cursor_y: 0, alternate: false },
  });
  expect(fields["output"]).toStartWith("ready#");
});

test("a cursor shows what came after it, and nothing when nothing came", async () => {
  const { fields } = await session.run("echo before");
  const empty = await session.read({ cursor: fields["cursor"] });
  expect(empty.fields).toMatchObject({ view: "new", output: "", cursor: fields["cursor"] });
  await session.run("echo after");
  const { fields: news } = await session.read({ cursor: fields["cursor"] });
  expect(news["output"]).toBe("echo after\nafter\nready# ");
});

test.each([
  [{ cursor: "nonsense" }, "CURSOR_INVALID"],
  [{ cursor: "zzzz.1" }, "CURSOR_INVALID"],
  [{ view: "new" }, "INVALID_ARGUMENT"],
  [{ view: "screen", cursor: "a.1" }, "INVALID_ARGUMENT"],
])("%j is refused", async (args, code) => {
  expect((await session.read(args)).code).toBe(code);
});

test("a cursor beyond the end is refused", async () => {
  const cursor = String((await session.read()).fields["cursor"]);
  expect((await session.read({ cursor: `${cursor}z` })).code).toBe("CURSOR_INVALID");
});

test("num_lines and max_chars are kept within, and told", async () => {
  await session.run("seq 1 2000");
  const few = await session.read({ num_lines: 2 });
  expect(few.fields).toMatchObject({ lines: 2, truncated: true });
  const short = await session.read({ max_chars: 2_000, num_lines: 2_000 });
  expect(String(short.fields["output"]).length).toBeLessThanOrEqual(2_000);
  expect(short.fields["truncated"]).toBe(true);
});

test("waits until the running command ends, and not at an idle prompt", async () => {
  await session.run("sleep 1", { wait_seconds: 0 });
  const startedAt = performance.now();
  const { fields } = await session.read({ wait_seconds: 20 });
  expect(fields).toMatchObject({ state: "idle", ended_by: "command_ended" });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  const again = performance.now();
  expect((await session.read({ wait_seconds: 20 })).fields["state"]).toBe("idle");
  expect(performance.now() - again).toBeLessThan(3_000);
}, 30_000);

test("names the command that runs, and ends a wait at its limit", async () => {
  const started = await session.run("echo one; sleep 30", { wait_seconds: 0 });
  const { fields } = await session.read({ wait_seconds: 1 });
  expect(fields).toMatchObject({
    state: "running",
    ended_by: "wait_limit",
    command: "echo one; sleep 30",
    command_id: started.fields["command_id"],
  });
  await session.interrupt();
}, 30_000);

test("text that was typed and not sent is no running command", async () => {
  session.humanTypes("-l", "echo not sent");
  await until("the echo", () => session.log().endsWith("echo not sent"));
  expect((await session.read({ num_lines: 1 })).fields).toMatchObject({
    state: "idle",
    output: "ready# echo not sent",
  });
  session.humanTypes("C-u");
});

test("the last screen of a session whose ssh has ended can be read", async () => {
  await session.run("echo remember me");
  await session.run("exit");
  const { fields } = await until("the end", async () => {
    const result = await session.read();
    return result.fields["state"] === "disconnected" ? result : undefined;
  });
  expect(fields["output"]).toContain("\nremember me\n");
  expect((await session.read({ view: "screen" })).fields["output"]).toContain("\nremember me\n");
}, 30_000);
