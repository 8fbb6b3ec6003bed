import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  home.tempHome.writeConfig(`settings:\n  log_max_mb: 4\nconnections:\n${McpHome.connection("lo", sshd)}`);
  server = await home.start();
  for (const name of ["s", "r"]) {
    const opened = await server.call("open_connection", { connection_config_name: "lo", session_name: name });
    expect(opened.text).toContain("idle");
  }
}, 30_000);

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const run = (command: string, more: Record<string, unknown> = {}) =>
  server.call("execute_command", { session_name: "s", command, wait_seconds: 30, ...more });
const search = (pattern: string, more: Record<string, unknown> = {}) =>
  server.call("search_output", { session_name: "s", pattern, ...more });

function matchesOf({ fields }: ToolResult): Record<string, unknown>[] {
  const { matches } = fields;
  return Array.isArray(matches) ? matches : [];
}

test("finds lines in the output of a command, with those around them and a place to read on from", async () => {
  const { fields } = await run("seq 1 500 | sed 's/^/item /'");
  const found = await search("item 25[01]", { command_id: fields["command_id"], context_lines: 1 });
  expect(found.fields).toMatchObject({ success: true, total_matches: 2, truncated: false });
  expect(matchesOf(found)).toMatchObject([
    {
      line: 250,
      text: "item 250",
      before: ["item 249"],
      after: ["item 251"],
      command_id: fields["command_id"],
    },
    { line: 251, text: "item 251", before: ["item 250"], after: ["item 252"] },
  ]);
  expect(found.text).toContain("\n251: item 251\n");
  const cursor = matchesOf(found)[1]?.["cursor"];
  const from = await server.call("get_terminal_output", { session_name: "s", cursor, num_lines: 10_000 });
  expect(String(from.fields["output"])).toStartWith("item 251\nitem 252\n");
}, 30_000);

test("keeps the newest, and says how many there are", async () => {
  const { fields } = await run("seq 1 300 | sed 's/^/entry /'");
  const found = await search("entry", { command_id: fields["command_id"], max_matches: 2, context_lines: 0 });
  expect(found.fields).toMatchObject({ total_matches: 300, truncated: true });
  expect(matchesOf(found).map(({ text }) => text)).toEqual(["entry 299", "entry 300"]);
  expect(found.text).toContain("300 lines match, the newest 2 are shown");
}, 30_000);

test("names the command that printed each line, and searches only behind a cursor", async () => {
  const one = await run("echo owned by one");
  const two = await run("echo owned by two");
  const both = matchesOf(await search("^owned by"));
  expect(both.map((match) => match["command_id"])).toEqual([
    one.fields["command_id"],
    two.fields["command_id"],
  ]);
  const behind = matchesOf(await search("^owned by", { cursor: one.fields["cursor"] }));
  expect(behind.map(({ text }) => text)).toEqual(["owned by two"]);
}, 30_000);

test("colours, progress bars and backspaces are searched as they looked", async () => {
  const { fields } = await run(
    String.raw`printf '\033[31mre\033[1md\033[0m alert\n10%%\r55%%\rdone\n%s\n' $'tyo\bpo\tx'`,
  );
  const within = { command_id: fields["command_id"], context_lines: 0 };
  expect(matchesOf(await search("^red alert$", within)).map(({ line }) => line)).toEqual([1]);
  expect(matchesOf(await search("55%", within))).toEqual([]);
  expect(matchesOf(await search("^done$", within)).map(({ line }) => line)).toEqual([2]);
  expect(matchesOf(await search("^typo\\sx$", within)).map(({ line }) => line)).toEqual([3]);
}, 30_000);

test("case, wide characters and patterns without a fixed part", async () => {
  const { fields } = await run("echo 'Ünïcode Straße'; echo ABCxyz; echo 12:34");
  const within = { command_id: fields["command_id"] };
  expect((await search("abcXYZ", within)).fields["total_matches"]).toBe(0);
  expect((await search("abcXYZ", { ...within, ignore_case: true })).fields["total_matches"]).toBe(1);
  expect((await search("STRAß", { ...within, ignore_case: true })).fields["total_matches"]).toBe(1);
  expect((await search(String.raw`^\d+:\d+$`, within)).fields["total_matches"]).toBe(1);
}, 30_000);

test("what sets our marks up is never found", async () => {
  await run("bash");
  await run("exit");
  const log = await search("7712|stty|__mcp", { max_matches: 200 });
  expect(matchesOf(log)).toEqual([]);
  const around = JSON.stringify(matchesOf(await search("bash|exit", { context_lines: 20 })));
  expect(around).not.toMatch(/7712|stty -|printf '%s'/);
}, 30_000);

test("a pattern that makes other engines hang is done within its time, others are served meanwhile", async () => {
  await run("for i in $(seq 1 300); do printf 'a%.0s' $(seq 1 1000); echo b; done", { wait_seconds: 60 });
  const startedAt = performance.now();
  const searching = search("(a+)+$");
  await server.call("list_connections");
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect((await searching).isError).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(8_000);
}, 90_000);

test("goes on over rotated segments while they are rotated, and misses nothing that is kept", async () => {
  const before = { session_name: "r", command: "true", wait_seconds: 10 };
  const quiet = await server.call("execute_command", before);
  const flood = server.call("execute_command", {
    session_name: "r",
    command: "seq 1 600000 | sed 's/^/row number /'; echo the flood is over",
    wait_seconds: 60,
  });
  const segments = () =>
    readdirSync(join(home.root, "logs")).filter((name) => name.startsWith("r.log.")).length;
  await until("a rotation", () => segments() >= 2, 20_000);
  const during = await server.call("search_output", { session_name: "r", pattern: "row number \\d+5$" });
  expect(during.isError).toBe(false);
  await flood;
  const after = await server.call("search_output", {
    session_name: "r",
    pattern: "row number 5999.5$",
    context_lines: 1,
  });
  expect(matchesOf(after).map(({ text }) => text)).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `row number 5999${n}5`),
  );
  expect(Number(after.fields["bytes_missed"])).toBeGreaterThan(0);
  const ofQuiet = { session_name: "r", command_id: quiet.fields["command_id"] };
  const dropped = await server.call("get_terminal_output", ofQuiet);
  expect(dropped.fields).toMatchObject({ exit_code: 0, output: "", truncated: false });
  const last = await server.call("search_output", {
    session_name: "r",
    pattern: "^row number [0-9]+$",
    context_lines: 0,
    max_matches: 1,
  });
  const rows = Number(last.fields["total_matches"]);
  const first = await server.call("search_output", {
    session_name: "r",
    pattern: `^row number ${600_000 - rows + 1}$`,
  });
  expect(first.fields["total_matches"]).toBe(1);
}, 120_000);

test.each([
  [{ pattern: "(" }, "PATTERN_INVALID"],
  [{ pattern: "" }, "PATTERN_INVALID"],
  [{ pattern: "x", command_id: "c9999" }, "COMMAND_NOT_FOUND"],
  [{ pattern: "x", cursor: "zzzz.1" }, "CURSOR_INVALID"],
])("%j is refused", async (args, code) => {
  expect((await server.call("search_output", { session_name: "s", ...args })).code).toBe(code);
});

test("what was kept from before the session was closed is found too, with a place to read on from", async () => {
  const open = () => server.call("open_connection", { connection_config_name: "lo", session_name: "again" });
  const inAgain = (name: string, more: Record<string, unknown>) =>
    server.call(name, { session_name: "again", ...more });
  await open();
  const before = await inAgain("execute_command", { command: "echo kept since", wait_seconds: 20 });
  await inAgain("execute_command", { command: String.raw`printf '\033[?1049h'`, wait_seconds: 20 });
  await inAgain("close_connection", { force: true });
  await open();
  const after = await inAgain("execute_command", { command: "echo kept since", wait_seconds: 20 });
  const found = matchesOf(await inAgain("search_output", { pattern: "^kept since" }));
  expect(found.map((match) => match["command_id"])).toEqual([
    before.fields["command_id"],
    after.fields["command_id"],
  ]);
  const from = await inAgain("get_terminal_output", { cursor: found[0]?.["cursor"], num_lines: 1_000 });
  expect(String(from.fields["output"])).toStartWith("kept since\n");
}, 30_000);

test("what was never recorded is missed too, in this login and in the one before, and a host cannot claim it", async () => {
  const inGap = (name: string, more: Record<string, unknown>) =>
    server.call(name, { session_name: "gap", ...more });
  const missed = async () => (await inGap("search_output", { pattern: "nothing here$" })).fields;
  const open = () => inGap("open_connection", { connection_config_name: "lo" });
  const logFile = join(home.root, "logs/gap.log");
  const mark = (number: string, bytes: number) => `\x1b]7711;gap;${number};${bytes}\x1b\\`;
  /** As the recorder does at an idle prompt. */
  const loseOutput = (bytes: number) => {
    const number = readFileSync(join(home.root, "mux/gap.number"), "utf8").trim();
    appendFileSync(logFile, mark(number, bytes));
  };
  await open();
  appendFileSync(logFile, mark("0".repeat(32), 7));
  await inGap("execute_command", { command: "echo one" });
  expect((await missed())["bytes_missed"]).toBeUndefined();
  loseOutput(100);
  await inGap("execute_command", { command: "echo two" });
  expect(await missed()).toMatchObject({ bytes_missed: 100, truncated: true });
  await inGap("execute_command", { command: "exit" });
  expect((await open()).fields).toMatchObject({ reconnected: true });
  loseOutput(20);
  await inGap("execute_command", { command: "echo three" });
  expect(await missed()).toMatchObject({ total_matches: 0, bytes_missed: 120, truncated: true });
  const all = await inGap("get_terminal_output", {
    cursor: matchOf(await inGap("search_output", { pattern: "^one$" })),
  });
  expect(all.fields).toMatchObject({ bytes_missed: 120 });
  const { contents } = await server.client.readResource({ uri: "ssh://sessions/gap/log" });
  expect(JSON.stringify(contents)).toContain(", bytes_missed: 120");
  // In a line that fills all but a few bytes of a piece in which is searched where the pattern has no literal part.
  appendFileSync(logFile, `\n${"x".repeat(131_072 - 30)}`);
  loseOutput(3);
  expect((await inGap("search_output", { pattern: "[pq]{3}$" })).fields).toMatchObject({ bytes_missed: 123 });
}, 60_000);

function matchOf(found: ToolResult): unknown {
  return matchesOf(found)[0]?.["cursor"];
}
