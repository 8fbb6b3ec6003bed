import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { noteSent } from "../support/note-sent.ts";
import { until } from "../support/private-tmux.ts";
import { paneProcesses } from "../support/traces.ts";

setDefaultTimeout(40_000);

let sshd: LoopbackSshd;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
});

afterAll(() => sshd[Symbol.asyncDispose]());

function freshHome(): McpHome {
  const home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  return home;
}

const open = (server: McpServer, session_name: string) =>
  server.call("open_connection", { connection_config_name: "lo", session_name });

const run = (server: McpServer, session_name: string, command: string, wait_seconds = 20) =>
  server.call("execute_command", { session_name, command, wait_seconds });

const read = (server: McpServer, session_name: string, more: Record<string, unknown> = {}) =>
  server.call("get_terminal_output", { session_name, ...more });

const stateFile = (home: McpHome) => join(home.root, "state.json");

const exact = { output: "on", exit_code: 4, confidence: "exact" };

const expectExact = async (server: McpServer, name: string) =>
  expect((await run(server, name, "echo on; (exit 4)")).fields).toMatchObject(exact);

const killServer = (home: McpHome) => process.kill(serverPid(home), "SIGKILL");

/** Of session s: the shell and the program that it has writing. */
const recordersOf = (home: McpHome) =>
  paneProcesses(home).filter(({ commandLine }) =>
    /^(?:\S*sh -c (?:lost=1; )?set -- s |dd bs=65536)/.test(commandLine),
  );

/** The shell first, which would start another program at once. */
const killRecorder = (home: McpHome) => {
  const byShell = recordersOf(home).toSorted((one) => (one.commandLine.startsWith("dd ") ? 1 : -1));
  for (const { pid } of byShell) process.kill(pid, "SIGKILL");
};

const serverPid = (home: McpHome): number => Number(home.tmux("display-message", "-p", "#{pid}"));

/** What list_connections says of the sessions and of what could not be restored. */
async function listing(server: McpServer) {
  const { sessions, warnings = [] } = (await server.call("list_connections")).fields;
  return {
    sessions: new Map(
      (Array.isArray(sessions) ? sessions : []).map((each) => [String(each.session_name), each]),
    ),
    warnings: JSON.stringify(warnings),
  };
}

const stateOf = (home: McpHome) => JSON.parse(readFileSync(stateFile(home), "utf8"));

test.each([
  [
    "of a newer version",
    (home: McpHome) => writeFileSync(stateFile(home), JSON.stringify({ ...stateOf(home), version: 99 })),
    "is of another version (99, not 2)",
  ],
  [
    "a folder",
    (home: McpHome) => {
      rmSync(stateFile(home));
      mkdirSync(stateFile(home));
    },
    "could not be read",
  ],
  [
    "a link to itself",
    (home: McpHome) => {
      rmSync(stateFile(home));
      Bun.spawnSync(["ln", "-s", "state.json", stateFile(home)]);
    },
    "could not be read",
  ],
])(
  "a state.json that is %s: what runs is found again, and what is not is told to human and agent",
  async (_, spoil, words) => {
    await using home = freshHome();
    const first = await home.start();
    await open(first, "s");
    await run(first, "s", "sleep 3; (exit 7)", 0);
    const gone = { ...stateOf(home).sessions.s, session_name: "gone" };
    writeFileSync(
      stateFile(home),
      JSON.stringify({ version: 2, sessions: { s: stateOf(home).sessions.s, gone } }),
    );
    spoil(home);
    const second = await home.start();
    const { sessions, warnings } = await listing(second);
    expect([...sessions.keys()]).toEqual(["s"]);
    expect(sessions.get("s")).toMatchObject({ status: "active", restored_at: expect.any(String) });
    expect(warnings).toContain("was kept as");
    expect(warnings).toContain("session s was found again in tmux, without what ran in it");
    if (words.includes("99")) expect(warnings).toContain("not found again: gone, whose logs stay");
    await until("it is told", () => second.stderr.includes(words) && second.stderr.includes("found again"));
    // The shell's number is lost, so the end of what runs is told by its prompt, without an exit code.
    const ended = await read(second, "s", { command_id: "c1", wait_seconds: 20 });
    expect(ended.fields).toMatchObject({ ended_by: "command_ended", confidence: "prompt" });
    expect(ended.fields["exit_code"]).toBeUndefined();
    await expectExact(second, "s");
    expect(readdirSync(home.root).filter((name) => name.startsWith("state.json.corrupt-"))).toHaveLength(1);
  },
);

test("of a state.json that is right in part the rest is kept, the bad entries are found in tmux", async () => {
  await using home = freshHome();
  const first = await home.start();
  for (const name of ["good", "bad"]) await open(first, name);
  const { version, sessions } = stateOf(home);
  const bad = { ...sessions.bad, epoch: "two" };
  const foreign = { ...sessions.good, session_name: "../../outside" };
  writeFileSync(stateFile(home), JSON.stringify({ version, sessions: { ...sessions, bad, foreign } }));
  const second = await home.start();
  const { sessions: found, warnings } = await listing(second);
  expect([...found.keys()].toSorted()).toEqual(["bad", "good"]);
  expect(found.get("good")).toMatchObject({ confidence: "exact" });
  expect(found.get("good").restored_at).toBeUndefined();
  expect(warnings).toContain("session bad was found again");
  for (const name of ["good", "bad"]) await expectExact(second, name);
});

test("a state.json of another machine hides no session of this one, and its own are disconnected", async () => {
  await using here = freshHome();
  await using there = freshHome();
  const [first, other] = [await here.start(), await there.start()];
  await open(first, "same");
  for (const name of ["same", "elsewhere"]) await open(other, name);
  writeFileSync(stateFile(here), readFileSync(stateFile(there), "utf8"));
  const second = await here.start();
  const { sessions, warnings } = await listing(second);
  expect(sessions.get("same")).toMatchObject({ status: "active" });
  expect(sessions.get("elsewhere")).toMatchObject({
    status: "disconnected",
    log_file: join(here.root, "logs/elsewhere.log"),
  });
  expect(warnings).toContain("session same was found again");
  await expectExact(second, "same");
  expect((await open(second, "elsewhere")).fields).toMatchObject({ reconnected: true, state: "idle" });
  await expectExact(second, "elsewhere");
  // The other machine's own are untouched.
  await expectExact(other, "elsewhere");
});

test.each([
  ["lost", ""],
  ["garbled", "{not JSON"],
  ["of another session", undefined],
])(
  "tags that are %s: with state.json nothing is missed, without it the session is told, not taken over",
  async (_, text) => {
    await using home = freshHome();
    const first = await home.start();
    for (const name of ["s", "t"]) await open(first, name);
    const tags = text ?? home.tmux("show-options", "-v", "-t", "=mcp-t:", "@mcp_tags").trim();
    home.tmux("set-option", "-t", "=mcp-s:", "@mcp_tags", tags);
    await expectExact(await home.start(), "s");
    rmSync(stateFile(home));
    const second = await home.start();
    const { sessions, warnings } = await listing(second);
    expect([...sessions.keys()]).toEqual(["t"]);
    expect(warnings).toContain("session s of tmux could not be taken over");
    expect((await open(second, "s")).code).toBe("SESSION_EXISTS");
    expect(home.tmux("list-sessions", "-F", "#{session_name}")).toContain("mcp-s\n");
    const close = (force: boolean) => second.call("close_connection", { session_name: "s", force });
    expect((await close(false)).code).toBe("SESSION_BUSY");
    expect((await close(true)).isError).toBe(false);
    expect((await open(second, "s")).fields).toMatchObject({ reconnected: false, state: "idle" });
  },
);

test("a log that is deleted or cut under a session is told as missing; after C-c the session goes on exactly", async () => {
  await using home = freshHome();
  const server = await home.start();
  const { fields } = await open(server, "s");
  const log = join(home.root, "logs/s.log");
  for (const [harm, command] of [
    [() => rmSync(log), "echo before"],
    [() => truncateSync(log), "seq 1 300"],
  ] as const) {
    await run(server, "s", command);
    harm();
    expect((await run(server, "s", "echo early")).code).toBe("SESSION_BUSY");
    const interrupted = await server.call("interrupt_command", { session_name: "s", wait_seconds: 10 });
    expect(interrupted.fields).toMatchObject({ state: "idle", interrupted: true });
    await expectExact(server, "s");
    await expectExact(await home.start(), "s");
  }
  const since = await read(server, "s", { cursor: fields["cursor"], num_lines: 1_000 });
  expect(since.fields["bytes_missed"]).toBeGreaterThan(0);
  expect(since.fields["output"]).not.toContain("before");
});

test("tmux's socket is taken away: no second server is started beside it, every process finds the sessions", async () => {
  await using home = freshHome();
  const first = await home.start();
  await open(first, "s");
  const pid = serverPid(home);
  rmSync(home.tmuxSocket);
  const second = await home.start();
  await expectExact(second, "s");
  expect(serverPid(home)).toBe(pid);
  await expectExact(first, "s");
  rmSync(home.tmuxSocket);
  process.kill(pid, "SIGSTOP");
  try {
    const { code, text } = await (await home.start()).call("list_connections");
    expect(code).toBe("TMUX_UNAVAILABLE");
    expect(text).toContain(`kill -CONT ${pid}`);
    expect(existsSync(home.tmuxSocket)).toBe(false);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await expectExact(await home.start(), "s");
});

test("of a killed recorder there is one again with the next output, whoever looks, and nothing is logged twice", async () => {
  await using home = freshHome();
  const servers = await Promise.all([home.start(), home.start(), home.start()]);
  const [first] = servers;
  if (first === undefined) throw new Error("no server");
  await open(first, "s");
  const recorders = () => recordersOf(home).filter(({ commandLine }) => !commandLine.startsWith("dd "));
  for (let round = 0; round < 2; round++) {
    killRecorder(home);
    // tmux learns it as it hands over output, which is lost.
    home.tmux("send-keys", "-t", "=mcp-s:", "Enter");
    await until(
      "tmux has seen it",
      () => home.tmux("display-message", "-p", "-t", "=mcp-s:", "#{pane_pipe}").trim() === "0",
    );
    await Promise.all(servers.map((server) => read(server, "s")));
    expect(recorders()).toHaveLength(1);
    // How many commands ran meanwhile is not known, so the first one's exit code is not told.
    const { fields } = await run(first, "s", `echo round ${round}; seq 1 50`);
    expect(fields).toMatchObject({
      ended_by: "command_ended",
      output: [`round ${round}`, ...Array.from({ length: 50 }, (_, n) => n + 1)].join("\n"),
    });
    expect(fields["exit_code"]).toBeUndefined();
    await expectExact(first, "s");
  }
});

test.each([
  ["behind a whole line", ""],
  ["in the middle of a line", "printf begun; "],
])("a command whose end came while no recorder ran, %s, is not told as something else", async (_, begun) => {
  await using home = freshHome();
  const server = await home.start();
  await open(server, "s");
  const go = join(home.root, "go");
  await run(server, "s", `${begun}until [ -e ${go} ]; do sleep 0.05; done; echo; echo unseen; (exit 7)`, 0);
  killRecorder(home);
  writeFileSync(go, "");
  await until("the prompt is back", () =>
    home.tmux("capture-pane", "-p", "-t", "=mcp-s:").includes("unseen\n"),
  );
  const { fields } = await read(server, "s", { command_id: "c1", wait_seconds: 5 });
  expect(fields["exit_code"]).toBeUndefined();
  expect(fields).toMatchObject({ state: "idle" });
  await expectExact(server, "s");
  expect((await read(server, "s", { command_id: "c1" })).fields["exit_code"]).toBeUndefined();
});

test("a command of which no recorder took more than its line is not told as one whose line goes on", async () => {
  await using home = freshHome();
  const server = await home.start();
  await open(server, "s");
  await expectExact(server, "s");
  const log = () => readFileSync(join(home.root, "logs/s.log"), "latin1");
  home.tmux("send-keys", "-t", "=mcp-s:", "-l", "echo un''seen");
  await until("it stands there", () => log().endsWith("echo un''seen"));
  for (const { pid } of recordersOf(home)) process.kill(pid, "SIGSTOP");
  noteSent(home, { id: "c2", command: "echo un''seen", offset: log().length });
  home.tmux("send-keys", "-t", "=mcp-s:", "Enter");
  await until("it has run", () => home.tmux("capture-pane", "-p", "-t", "=mcp-s:").includes("unseen\n"));
  killRecorder(home);
  const { fields } = await read(server, "s", { command_id: "c2", wait_seconds: 10 });
  expect(fields).toMatchObject({ state: "idle" });
  expect(fields["exit_code"]).toBeUndefined();
  await expectExact(server, "s");
});

test("a command whose end nobody's mark told is not told as lost when ssh goes after it", async () => {
  await using home = freshHome();
  const server = await home.start();
  await open(server, "s");
  const go = join(home.root, "go");
  await run(server, "s", `until [ -e ${go} ]; do sleep 0.05; done; echo unseen`, 0);
  killRecorder(home);
  writeFileSync(go, "");
  await until("it has run", () => home.tmux("capture-pane", "-p", "-t", "=mcp-s:").includes("\nunseen\n"));
  const ended = await read(server, "s", { command_id: "c1", wait_seconds: 20 });
  expect(ended.fields).toMatchObject({ ended_by: "command_ended", state: "idle" });
  expect(ended.fields["exit_code"]).toBeUndefined();
  killServer(home);
  const second = await home.start();
  const { fields } = await open(second, "s");
  expect(fields).toMatchObject({ reconnected: true });
  expect(fields["lost"] ?? {}).not.toHaveProperty("command_id");
  expect((await read(second, "s", { command_id: "c1" })).fields["ended_by"]).toBe("command_ended");
});

test("tmux killed outright: the sessions are disconnected, and open again in place with what was lost", async () => {
  await using home = freshHome();
  const server = await home.start();
  await open(server, "s");
  await run(server, "s", "cd /tmp");
  await run(server, "s", "bash --norc");
  killServer(home);
  const second = await home.start();
  expect((await listing(second)).sessions.get("s")).toMatchObject({ status: "disconnected" });
  const { fields } = await open(second, "s");
  expect(fields).toMatchObject({
    reconnected: true,
    lost: { command: "bash --norc", where: { cwd: "/tmp", depth: 1 } },
    where: { depth: 0 },
  });
  expect(String(fields["message"])).toContain("which is not run again");
});
