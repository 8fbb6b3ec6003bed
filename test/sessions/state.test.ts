import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { readState } from "../support/traces.ts";

const pythonState = resolve(import.meta.dir, "../fixtures/python-trees/all-keys/state.json");

let sshd: LoopbackSshd;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
});

afterAll(() => sshd[Symbol.asyncDispose]());

function freshHome(): McpHome {
  const home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  return home;
}

const open = (server: McpServer, session: string) =>
  server.call("open_connection", { connection_config_name: "lo", session_name: session });

const run = (server: McpServer, command: string): Promise<ToolResult> =>
  server.call("execute_command", { session_name: "s", command, wait_seconds: 20 });

const stateFile = (home: McpHome) => join(home.root, "state.json");

const filesLike = (home: McpHome, start: string) =>
  readdirSync(home.root).filter((name) => name.startsWith(start));

test.each([
  ["deleted", (path: string) => rmSync(path), undefined],
  [
    "cut",
    (path: string) => writeFileSync(path, readFileSync(path, "utf8").slice(0, 200)),
    "state.json.corrupt-",
  ],
  ["empty", (path: string) => writeFileSync(path, ""), "state.json.corrupt-"],
  [
    "from a newer version",
    (path: string) => writeFileSync(path, '{"version":3,"sessions":{}}'),
    "state.json.corrupt-",
  ],
  ["of the Python original", (path: string) => copyFileSync(pythonState, path), "state.json.python"],
])("a state.json that is %s is kept aside, and sessions are found again in tmux", async (_, spoil, aside) => {
  await using home = freshHome();
  const first = await home.start();
  const { fields } = await open(first, "s");
  await run(first, "kept=42");
  spoil(stateFile(home));
  expect((await run(first, "echo $kept")).fields).toMatchObject({ output: "42" });
  spoil(stateFile(home));
  const second = await home.start();
  expect((await run(second, "echo $kept")).fields).toMatchObject({ output: "42", ended_by: "command_ended" });
  expect(readState(home)).toMatchObject({ s: { connection_config: "lo", phase: "open" } });
  expect(
    (await second.call("get_terminal_output", { session_name: "s", cursor: fields["cursor"] })).isError,
  ).toBe(false);
  if (aside !== undefined) {
    expect(filesLike(home, aside).length).toBeGreaterThan(0);
    await until("the warning is shown", () => second.stderr.includes("was kept as"));
  }
  await until("what was found is told", () => second.stderr.includes("session s was found again"));
});

test("a state.json of the Python original is kept from the start, and the tree works", async () => {
  await using home = freshHome();
  copyFileSync(pythonState, stateFile(home));
  const server = await home.start();
  await until("it is kept", () => filesLike(home, "state.json.python").length === 1);
  expect((await server.call("list_connections")).fields).toMatchObject({ total: 0 });
  expect((await open(server, "s")).isError).toBe(false);
  expect(readFileSync(join(home.root, "state.json.python"), "utf8")).toBe(readFileSync(pythonState, "utf8"));
});

test("a reopened session that is found again is of its newest epoch, without the numbers of its shells", async () => {
  await using home = freshHome();
  const first = await home.start();
  await open(first, "s");
  await run(first, "exit");
  expect((await open(first, "s")).fields).toMatchObject({ reconnected: true });
  const before = readState(home)["s"];
  rmSync(stateFile(home));
  await (await home.start()).call("list_connections");
  expect(readState(home)["s"]).toEqual({
    ...before,
    levels: [],
    retired: expect.any(Array),
    restored_at: expect.any(String),
  });
});

test("a new process follows a long log from its checkpoint, and does without one that is not right", async () => {
  await using home = freshHome();
  const first = await home.start();
  await open(first, "s");
  const line = "0123456789".repeat(10);
  const flood = await run(first, `yes ${line} | head -c 6000000; echo; echo end`);
  expect(flood.fields).toMatchObject({ ended_by: "command_ended" });
  const path = join(home.root, "logs/s.checkpoint");
  const checkpoint = JSON.parse(readFileSync(path, "utf8"));
  expect(checkpoint.terminal.stream.offset).toBeGreaterThan(4_000_000);
  expect(JSON.stringify(checkpoint)).not.toContain(String(readState(home)["s"]?.["number"]));
  const expectIdle = async () => {
    const server = await home.start();
    expect((await server.call("list_connections")).fields["sessions"]).toMatchObject([{ state: "idle" }]);
    expect(
      (await server.call("get_terminal_output", { session_name: "s", num_lines: 2 })).fields["output"],
    ).toStartWith("end\n");
    await server[Symbol.asyncDispose]();
  };
  await expectIdle();
  const stream = { ...checkpoint.terminal.stream, alternateScreen: true };
  const misleading = { ...checkpoint, terminal: { stream } };
  const wrong = [
    "{",
    JSON.stringify({ ...misleading, epoch: 7 }),
    JSON.stringify({ ...misleading, incarnation: "zz" }),
    JSON.stringify({ ...misleading, terminal: { stream: { ...stream, offset: 9e9 } } }),
    JSON.stringify({ ...checkpoint, terminal: { stream: { offset: 9e9 } } }),
  ];
  for (const text of wrong) {
    writeFileSync(path, text);
    await expectIdle();
  }
}, 60_000);
