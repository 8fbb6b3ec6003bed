import { afterAll, beforeAll, expect, test } from "bun:test";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash", files: { ".bash_profile": "PS1='ready\\$ '\n" } });
}, 30_000);

afterAll(() => session[Symbol.asyncDispose]());

test("at an idle prompt nothing is pressed, and the result says so", async () => {
  const before = session.log();
  const { fields } = await session.interrupt();
  expect(fields).toMatchObject({
    interrupted: false,
    state: "idle",
    message: expect.stringContaining("nothing was"),
  });
  expect(session.log()).toBe(before);
});

test("text that a human has not sent is left alone", async () => {
  session.humanTypes("-l", "echo human");
  await until("the echo", () => session.log().endsWith("echo human"));
  const before = session.log();
  expect((await session.interrupt()).fields).toMatchObject({ interrupted: false, state: "idle" });
  expect(session.log()).toBe(before);
  session.humanTypes("C-u");
});

test("ends a running command, and returns what it had printed", async () => {
  const { fields: started } = await session.run("echo begun; sleep 60", { wait_seconds: 0 });
  const startedAt = performance.now();
  const { fields } = await session.interrupt();
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect(fields).toMatchObject({
    interrupted: true,
    state: "idle",
    ended_by: "command_ended",
    command_id: started["command_id"],
    command: "echo begun; sleep 60",
  });
  expect(fields["output"]).toStartWith("begun\n");
  expect((await session.run("echo next")).fields["output"]).toBe("next");
}, 30_000);

test("of a program that ignores it, it says that it did not end, and what is stronger", async () => {
  await session.run("sh -c 'trap \"\" INT; sleep 4'", { wait_seconds: 0 });
  const { fields } = await session.interrupt({ wait_seconds: 1 });
  expect(fields).toMatchObject({ interrupted: false, state: "running", ended_by: "wait_limit" });
  expect(fields["next"]).toContain("force");
  await session.read({ wait_seconds: 20 });
}, 30_000);

test("does not type while a human looks through the scrollback", async () => {
  await session.run("sleep 30", { wait_seconds: 0 });
  session.home.tmux("copy-mode", "-t", "=mcp-s:");
  expect((await session.interrupt()).code).toBe("SESSION_BUSY");
  session.home.tmux("send-keys", "-t", "=mcp-s:", "-X", "cancel");
  expect((await session.interrupt()).fields["interrupted"]).toBe(true);
}, 30_000);

test("a session whose ssh has ended is not typed into", async () => {
  await session.run("exit");
  expect((await session.interrupt()).code).toBe("SESSION_DISCONNECTED");
}, 30_000);
