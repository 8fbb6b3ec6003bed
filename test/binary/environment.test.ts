import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";
import { startServer } from "../unit/server/server-process.ts";
import { binary } from "./binary.ts";

setDefaultTimeout(60_000);

const systemPath = "/usr/local/bin:/usr/bin:/bin";
let sshd: LoopbackSshd;
let home: McpHome;
let folder = "";

beforeAll(async () => {
  sshd = await startLoopbackSshd();
});
afterAll(() => sshd[Symbol.asyncDispose]());

beforeEach(() => {
  home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  folder = realpathSync(mkdtempSync(join(tmpdir(), "mcp-start-")));
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A server with exactly this environment, started in `folder`. */
function startIn(env: Readonly<Record<string, string>>) {
  const variables = Object.entries({ HOME: home.tempHome.home, PATH: systemPath, ...env });
  const words = variables.map(([name, value]) => `${name}=${value}`);
  return startServer({}, ["/usr/bin/env", "-C", folder, "-i", ...words, binary]);
}

const text = "naïve — 日本語 한국어 🎉👩‍💻 ✓";

test.each<[what: string, env: Record<string, string>]>([
  ["HOME and PATH alone", {}],
  ["LANG=C", { LANG: "C", LC_ALL: "C", TERM: "dumb" }],
  ["a locale that does not exist", { LANG: "xx_YY", LC_CTYPE: "UTF-8" }],
  [
    "the variables of another tmux",
    { TMUX: "/nonexistent/tmux,1,0", TMUX_PANE: "%7", TMUX_TMPDIR: "/nonexistent" },
  ],
])("with %s in the environment, text arrives and comes back whole", async (_what, env) => {
  await using server = startIn(env);
  await server.initialize();
  server.call(1, "open_connection", { connection_config_name: "lo", session_name: "s" });
  expect((await server.answer(1)).result).toMatchObject({ structuredContent: { state: "idle" } });
  const command = { session_name: "s", command: `printf '%s\\n' '${text}'`, wait_seconds: 20 };
  server.call(2, "execute_command", command);
  expect((await server.answer(2)).result).toMatchObject({ structuredContent: { output: text } });
  server.call(3, "get_terminal_output", { session_name: "s" });
  expect(JSON.stringify((await server.answer(3)).result?.["structuredContent"])).toContain(text);
  server.call(4, "get_terminal_output", { session_name: "s", view: "screen" });
  expect(JSON.stringify((await server.answer(4)).result?.["structuredContent"])).toContain("日本語 한국어");
});

test("planted programs in node_modules, the start folder, an open folder and relative entries are never run", async () => {
  const open = join(folder, "..", `${folder.split("/").at(-1)}-open`);
  mkdirSync(open);
  try {
    for (const planted of [join(folder, "node_modules/.bin"), folder, join(folder, "bin"), open])
      plantTraps(planted);
    chmodSync(open, 0o1777);
    const path = [
      join(folder, "node_modules/.bin"),
      "node_modules/.bin",
      "",
      ".",
      folder,
      join(folder, "bin"),
      open,
    ];
    await using server = startIn({ PATH: `${path.join(":")}:${systemPath}` });
    await server.initialize();
    server.call(1, "open_connection", { connection_config_name: "lo", session_name: "s" });
    expect((await server.answer(1)).result).toMatchObject({ structuredContent: { state: "idle" } });
    server.call(2, "execute_command", { session_name: "s", command: "echo $((6*7))", wait_seconds: 20 });
    expect((await server.answer(2)).result).toMatchObject({ structuredContent: { output: "42" } });
    expect(existsSync(join(folder, "sprung"))).toBe(false);
  } finally {
    rmSync(open, { recursive: true, force: true });
  }
});

function plantTraps(planted: string): void {
  mkdirSync(planted, { recursive: true });
  for (const name of ["ssh", "tmux", "sh", "dd", "stty", "sleep", "wc", "ssh-keygen", "ssh-keyscan"]) {
    writeFileSync(join(planted, name), `#!/bin/sh\n: >'${folder}/sprung'\n`, { mode: 0o755 });
  }
}

test("what is typed stands in no process's arguments or environment, and in nothing that tmux keeps", async () => {
  const server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  const mark = `payload${crypto.randomUUID()}`;
  const seen = new Set<string>();
  const control = Bun.spawn(["/bin/sh", "-c", `read -r _; : control${mark}`], { stdin: "pipe" });
  const ended = new AbortController();
  const command = `: ${mark}\n${`: ${mark} ${"x".repeat(60)}\n`.repeat(200)}echo end`;
  const call = server.call("execute_command", { session_name: "s", command, wait_seconds: 30 });
  void call.finally(() => ended.abort());
  while (!ended.signal.aborted) {
    for (const words of wordsOfProcesses()) if (words.includes(mark)) seen.add(words);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  void control.stdin.end();
  await control.exited;
  expect((await call).fields).toMatchObject({ output: "end" });
  expect([...seen].filter((words) => !words.includes("control"))).toEqual([]);
  expect(seen.size).toBeGreaterThan(0);
  const kept = [["show-environment", "-g"], ["show-environment"], ["show-messages"], ["list-buffers"]];
  for (const words of [
    ...kept,
    ["show-options", "-A"],
    ["list-sessions", "-F", "#{session_path} #{S:#{W:#{window_name}}}"],
  ])
    expect(home.tmux(...words)).not.toContain(mark);
  expect(home.tmux("show-environment", "-g")).toContain("PATH=");
});

/** Arguments and environment of every process of this machine except this one. */
function wordsOfProcesses(): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => [readProc(pid, "cmdline"), readProc(pid, "environ")]);
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

test("no text of agent, host or configuration is expanded by tmux", async () => {
  const trap = `#(touch ${folder}/sprung)#{S:#(touch ${folder}/sprung)}`;
  await using hostile = await startLoopbackSshd({ config: [`Banner ${folder}/banner`] });
  writeFileSync(join(folder, "banner"), `${trap}\n`);
  writeFileSync(join(hostile.home, ".profile"), `printf '%s\\n' '${trap}'; PS1='${trap} $ '\n`);
  const description = `description: ${JSON.stringify(trap)}`;
  home.writeConnections(McpHome.connection("lo", hostile, [description]));
  const server = await home.start();
  const opened = await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  expect(opened.text).toContain("#(touch");
  for (const osc of [
    "\\033]2;TRAP\\007",
    "\\033]0;TRAP\\007",
    "\\033kTRAP\\033\\\\",
    "\\033]7;file://TRAP\\007",
    "TRAP\\n",
  ]) {
    const command = `printf '${osc.replace("TRAP", trap)}'`;
    const ran = await server.call("execute_command", { session_name: "s", command, wait_seconds: 20 });
    expect(ran.fields).toMatchObject({ ended_by: "command_ended" });
  }
  await server.call("get_terminal_output", { session_name: "s", view: "screen" });
  await server.call("list_connections");
  await server.call("list_available_configs");
  await server.call("execute_command", { session_name: trap, command: "true" });
  await server.call("open_connection", { connection_config_name: trap, session_name: "t" });
  await server.call("open_connection", { connection_config_name: "lo", session_name: trap });
  home.tmux("refresh-client", "-S");
  await server.call("close_connection", { session_name: "s", force: true });
  expect(existsSync(join(folder, "sprung"))).toBe(false);
});

test("after ssh has ended nothing on this machine interprets what a human types", async () => {
  const server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  await server.call("execute_command", { session_name: "s", command: "exit 3", wait_seconds: 20 });
  const target = `=${home.tmux("list-sessions", "-F", "#{session_name}").match(/^\S*-s$/m)?.[0]}:`;
  const facts = () =>
    home.tmux("display-message", "-p", "-t", target, "#{pane_pid} #{pane_current_command} #{pane_dead}");
  const before = facts();
  expect(before).toContain(" sleep 0");
  for (const keys of [
    ["C-c"],
    ["C-z"],
    ["C-\\"],
    ["C-d"],
    ["C-q"],
    [`touch ${folder}/sprung`, "Enter"],
    ["C-c"],
    ["!!", "Enter"],
  ])
    expect(home.tmux("send-keys", "-t", target, ...keys)).toBe("");
  const screen = await server.call("get_terminal_output", { session_name: "s", view: "screen" });
  expect(screen.fields).toMatchObject({ state: "disconnected" });
  const refused = await server.call("execute_command", {
    session_name: "s",
    command: `touch ${folder}/sprung`,
  });
  expect(refused.code).toBe("SESSION_DISCONNECTED");
  expect(facts()).toBe(before);
  expect(existsSync(join(folder, "sprung"))).toBe(false);
});
