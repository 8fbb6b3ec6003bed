import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { noTraces, tracesOf } from "../support/traces.ts";

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

const open = (session: string) =>
  server.call("open_connection", { connection_config_name: "lo", session_name: session });

const close = (session: string, more: Record<string, unknown> = {}) =>
  server.call("close_connection", { session_name: session, ...more });

test("closing what was never open is no error, also where no tmux server runs yet", async () => {
  expect((await close("never")).fields).toMatchObject({
    success: true,
    session_name: "never",
    was_running: false,
  });
  expect(existsSync(home.tmuxSocket)).toBe(false);
});

test("closing leaves the log alone, twice is no error, and the name's case does not matter", async () => {
  await open("Web");
  expect((await close("wEB")).fields).toMatchObject({
    success: true,
    session_name: "Web",
    log_file: join(home.root, "logs/Web.log"),
    was_running: false,
  });
  expect(await tracesOf(home)).toEqual(noTraces);
  expect(existsSync(join(home.root, "logs/Web.log"))).toBe(true);
  expect((await close("Web")).isError).toBe(false);
});

test("a session in which something runs is SESSION_BUSY unless force is given", async () => {
  await open("busy");
  const command = { session_name: "busy", command: "trap '' HUP INT TERM; sleep 300", wait_seconds: 0 };
  await server.call("execute_command", command);
  const refused = await close("busy");
  expect(refused.fields["error"]).toMatchObject({
    code: "SESSION_BUSY",
    details: { command: command.command, command_id: expect.stringMatching(/^c\d+$/) },
  });
  expect((await close("busy", { force: true })).fields).toMatchObject({ success: true, was_running: true });
  expect(await tracesOf(home)).toEqual(noTraces);
});

test("a disconnected session closes without force", async () => {
  await open("gone");
  await server.call("execute_command", { session_name: "gone", command: "exit", wait_seconds: 10 });
  expect((await close("gone")).fields).toMatchObject({ success: true, was_running: false });
  expect(await tracesOf(home)).toEqual(noTraces);
});

test("closing of many at once ends all of them", async () => {
  const names = ["m1", "m2", "m3", "m4", "m5", "m6"];
  await Promise.all(names.map(open));
  await Promise.all([...names, ...names].map((name) => close(name)));
  expect(await tracesOf(home)).toEqual(noTraces);
});

test("a name that is none is INVALID_ARGUMENT", async () => {
  expect((await close("../../etc")).code).toBe("INVALID_ARGUMENT");
});
