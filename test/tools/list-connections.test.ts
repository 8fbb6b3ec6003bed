import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { readState } from "../support/traces.ts";

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  server = await home.start();
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const list = async (): Promise<Record<string, unknown>[]> => {
  const { sessions } = (await server.call("list_connections")).fields;
  return Array.isArray(sessions) ? sessions : [];
};

test("where nothing was opened the list is empty, and no tmux server is started for it", async () => {
  expect((await server.call("list_connections")).fields).toMatchObject({ sessions: [], total: 0 });
  expect(existsSync(home.tmuxSocket)).toBe(false);
});

test("each session is told with what it does", async () => {
  const names = ["idle", "busy", "gone"];
  await Promise.all(
    names.map((name) => server.call("open_connection", { connection_config_name: "lo", session_name: name })),
  );
  await server.call("execute_command", { session_name: "busy", command: "sleep 300", wait_seconds: 0 });
  await server.call("execute_command", { session_name: "idle", command: "(exit 3)", wait_seconds: 10 });
  await server.call("execute_command", { session_name: "gone", command: "exit", wait_seconds: 10 });
  const sessions = await list();
  const byName = (name: string) => sessions.find(({ session_name }) => session_name === name);
  const common = { connection_config: "lo", host: "127.0.0.1", user: sshd.user, port: sshd.port, link: "ok" };
  const idle = { status: "active", state: "idle", humans_attached: 0, last_exit_code: 3 };
  expect(byName("idle")).toMatchObject({ ...common, ...idle });
  expect(byName("idle")?.["running_command"]).toBeUndefined();
  expect(byName("busy")).toMatchObject({ ...common, state: "running", running_command: "sleep 300" });
  expect(byName("busy")?.["last_exit_code"]).toBeUndefined();
  expect(byName("gone")).toMatchObject({ ...common, status: "disconnected", state: "disconnected" });
  for (const session of sessions) {
    expect(session["log_bytes"]).toBe(readFileSync(String(session["log_file"])).length);
    const times = ["created_at", "last_activity_at"].map((field) => Date.parse(String(session[field])));
    for (const time of times) expect(Math.abs(Date.now() - time)).toBeLessThan(60_000);
    expect(session["attach_command"]).toBe(`mcp-ssh-interactive attach ${session["session_name"]}`);
  }
});

test("hundreds of entries are listed in little time, the paths left out", async () => {
  const path = join(home.root, "state.json");
  const state = JSON.parse(readFileSync(path, "utf8"));
  const idle = readState(home)["idle"];
  for (let index = 0; index < 400; index++) {
    const name = `many-${index}`;
    const log = join(home.root, `logs/${name}.log`);
    writeFileSync(log, "", { mode: 0o600 });
    state.sessions[name] = { ...idle, session_name: name, tmux_session: `mcp-${name}`, log_file: log };
  }
  writeFileSync(path, JSON.stringify(state));
  await list();
  const startedAt = performance.now();
  const sessions = await list();
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect(sessions.length).toBe(403);
  expect(sessions.at(-1)).toMatchObject({ session_name: "many-399", status: "disconnected" });
  expect(sessions.at(-1)?.["log_file"]).toBeUndefined();
});
