import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

import { runBinary } from "../binary/run-binary.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";

setDefaultTimeout(60_000);

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
const place = (name: string) => join(home.root, name);

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  mount("-t", "tmpfs", "-o", "size=6m,mode=700,nr_inodes=200", "tmpfs", home.root);
  home.writeConnections(McpHome.connection("lo", sshd));
  server = await home.start();
  expect((await open("s")).isError).toBe(false);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  home.tmux("kill-server");
  Bun.spawnSync(["umount", "-l", home.root]);
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

function mount(...words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["mount", ...words]);
  if (exitCode !== 0) throw new Error(stderr.toString());
}

function fill(): void {
  const descriptor = openSync(place("filler"), "a", 0o600);
  try {
    for (const bytes of [65_536, 4_096, 1]) {
      try {
        for (;;) writeSync(descriptor, Buffer.alloc(bytes));
      } catch {}
    }
  } finally {
    closeSync(descriptor);
  }
}

const free = () => rmSync(place("filler"));
const open = (name: string) =>
  server.call("open_connection", { connection_config_name: "lo", session_name: name });
const run = (command: string, more: Record<string, unknown> = {}) =>
  server.call("execute_command", { session_name: "s", command, wait_seconds: 20, ...more });

const records = () => readFileSync(place("logs/s.commands.jsonl"), "utf8").trimEnd().split("\n");

test("on a full disk nothing is typed and no session is opened, and what is there can be looked at and interrupted", async () => {
  expect((await run("sleep 300", { wait_seconds: 0 })).fields["state"]).toBe("running");
  fill();
  const before = records().length;
  const opened = await open("t");
  expect(opened.code).toBe("STORAGE_FAILED");
  expect(opened.text).toContain("Free disk space");
  expect(readdirSync(place("mux")).filter((name) => name.startsWith("t."))).toEqual([]);
  expect(readdirSync(place("logs")).filter((name) => name.startsWith("t."))).toEqual([]);
  expect(home.tmux("list-sessions")).not.toContain("mcp-t:");
  const listed = await server.call("list_connections");
  expect(listed.fields).toMatchObject({ total: 1, sessions: [{ session_name: "s", state: "running" }] });
  expect((await server.call("interrupt_command", { session_name: "s" })).isError).toBe(false);
  expect((await run("touch marker")).code).toBe("STORAGE_FAILED");
  const sent = await server.call("send_input", { session_name: "s", text: "touch marker", keys: ["Enter"] });
  expect(sent.code).toBe("STORAGE_FAILED");
  expect(existsSync(join(sshd.home, "marker"))).toBe(false);
  expect(records().length).toBeLessThanOrEqual(before + 1);
  for (const line of records()) expect(() => JSON.parse(line)).not.toThrow();
});

test("a human can stop all agents on a full disk", async () => {
  const paused = await runBinary(["pause"], { env: home.env });
  expect(paused.stdout).toContain("No agent types anything any more");
  expect((await run("touch marker")).code).toBe("PAUSED_BY_HUMAN");
  rmSync(place("paused"));
});

test("no command of the program leaves half a file on a full disk", async () => {
  const config = readFileSync(home.tempHome.configFile, "utf8");
  const added = await runBinary(["add", "x", "--host", "127.0.0.1", "--user", "me", "--no-test"], {
    env: home.env,
  });
  expect(added.exitCode).not.toBe(0);
  expect(added.stderr).toContain("no space left");
  expect(added.stderr).not.toContain("internal error");
  expect(readFileSync(home.tempHome.configFile, "utf8")).toBe(config);
  expect(readdirSync(home.root).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  JSON.parse(readFileSync(place("state.json"), "utf8"));
});

test("what the terminal shows meanwhile is a marked gap as soon as there is room, and all works again", async () => {
  const { cursor } = (await server.call("get_terminal_output", { session_name: "s" })).fields;
  home.tmux("send-keys", "-t", "=mcp-s:", "seq 1 100000; touch flooded", "Enter");
  await until("the flood", () => existsSync(join(sshd.home, "flooded")));
  free();
  const log = () => readFileSync(place("logs/s.log"), "latin1");
  await until("the mark of the gap", () => /\x1b\]7711;gap;[0-9a-f]{32};\d{4,}\x1b/.test(log()));
  await server.call("interrupt_command", { session_name: "s", wait_seconds: 10 });
  const news = await server.call("get_terminal_output", { session_name: "s", cursor });
  expect(Number(news.fields["bytes_missed"])).toBeGreaterThan(1_000);
  expect((await run("touch marker; echo after")).fields).toMatchObject({ exit_code: 0, output: "after" });
  expect(existsSync(join(sshd.home, "marker"))).toBe(true);
  expect((await open("t")).fields).toMatchObject({ state: "idle", confidence: "exact" });
  for (const line of records()) expect(() => JSON.parse(line)).not.toThrow();
});
