import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash", files: { ".bash_profile": "PS1='ready\\$ '\n" } });
}, 30_000);

afterAll(() => session[Symbol.asyncDispose]());

test("the output of an earlier command is returned by its id, with its exit code", async () => {
  const first = await session.run("printf 'a\\n\\nb\\n'; (exit 7)");
  await session.run("echo something else");
  const { fields, text } = await session.read({ command_id: first.fields["command_id"] });
  expect(fields).toMatchObject({
    view: "command",
    command_id: first.fields["command_id"],
    command: "printf 'a\\n\\nb\\n'; (exit 7)",
    exit_code: 7,
    ended_by: "command_ended",
    output: "a\n\nb",
    total_lines: 3,
  });
  expect(text).toContain("exited 7");
}, 30_000);

test("view command without an id is the last command", async () => {
  await session.run("echo before");
  await session.run("echo the last");
  expect((await session.read({ view: "command" })).fields).toMatchObject({
    output: "the last",
    exit_code: 0,
  });
}, 30_000);

test("a running command shows its output so far, then its end", async () => {
  const gate = session.remotePath("gate");
  const command = `echo started; until [ -e ${gate} ]; do sleep 0.05; done; echo finished; (exit 4)`;
  const { fields: started } = await session.run(command, { wait_seconds: 0 });
  const id = started["command_id"];
  const soFar = await session.read({ command_id: id, wait_for: "started" });
  expect(soFar.fields).toMatchObject({ state: "running", output: "started" });
  expect(soFar.fields["exit_code"]).toBeUndefined();
  const ended = session.read({ command_id: id, wait_seconds: 20 });
  writeFileSync(gate, "");
  expect((await ended).fields).toMatchObject({
    exit_code: 4,
    output: "started\nfinished",
    ended_by: "command_ended",
  });
}, 30_000);

test("a command whose end nobody waited for is known by its exit code all the same", async () => {
  const { fields } = await session.run("sleep 0.6; echo late; (exit 9)", { wait_seconds: 0 });
  session.humanTypes("echo by a human", "Enter");
  await until("the human's command", () => session.log().includes("\x07by a human\r\n"));
  await session.read({ wait_seconds: 10 });
  await session.run("echo next");
  expect((await session.read({ command_id: fields["command_id"] })).fields).toMatchObject({
    exit_code: 9,
    output: "echo by a human\nlate",
  });
}, 30_000);

test("another process, and one started later, know the command too", async () => {
  const { fields } = await session.run("echo shared; (exit 5)");
  const other = await session.home.start();
  const args = { session_name: "s", command_id: fields["command_id"] };
  expect((await other.call("get_terminal_output", args)).fields).toMatchObject({
    exit_code: 5,
    output: "shared",
  });
}, 30_000);

test("waiting without an id tells the exit code of the command that ends", async () => {
  await session.run("sleep 0.7; (exit 6)", { wait_seconds: 0 });
  expect((await session.read({ wait_seconds: 20 })).fields).toMatchObject({
    ended_by: "command_ended",
    exit_code: 6,
  });
}, 30_000);

test("the record holds one end of each command, with range, exit and folder", async () => {
  const { fields } = await session.run("cd /; true");
  const { fields: inRoot } = await session.run("false");
  await session.read({ command_id: inRoot["command_id"] });
  const lines = readFileSync(join(session.home.root, "logs", "s.commands.jsonl"), "utf8")
    .trim()
    .split("\n");
  const records = lines.map((line): Record<string, unknown> => JSON.parse(line));
  const of = (id: unknown, step: string) =>
    records.filter((each) => each["id"] === id && each["step"] === step);
  expect(of(fields["command_id"], "ended")).toHaveLength(1);
  expect(of(inRoot["command_id"], "ended")).toMatchObject([
    { exit: 1, ran: true, start: expect.any(Number), end: expect.any(Number) },
  ]);
  expect(of(inRoot["command_id"], "sent")).toMatchObject([{ where: { cwd: "/", depth: 0 } }]);
}, 30_000);

test("an unknown id is refused", async () => {
  expect((await session.read({ command_id: "c99999" })).code).toBe("COMMAND_NOT_FOUND");
  expect((await session.read({ command_id: "nonsense" })).code).toBe("COMMAND_NOT_FOUND");
});

test.each([
  [{ command_id: "c1", view: "screen" }],
  [{ command_id: "c1", view: "scrollback" }],
  [{ command_id: "c1", view: "new" }],
  [{ command_id: "c1", cursor: "1.1" }],
  [{ view: "command", cursor: "1.1" }],
])("%j contradicts itself", async (args) => {
  expect((await session.read(args)).code).toBe("INVALID_ARGUMENT");
});
