import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;

const bad = ["  bad: {host: -x, user: u}\n", "  jumper: {host: h, user: u, proxy_jump: bad}\n"];

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  home.writeConnections(good(), ...bad);
  server = await home.start();
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const good = () => McpHome.connection("lo", sshd, ["description: here", "info_file: lo.md"]);

const configs = async () => (await server.call("list_available_configs")).fields;

const open = (name: string, session: string): Promise<ToolResult> =>
  server.call("open_connection", { connection_config_name: name, session_name: session });

test("connections are told with what leads to them, one with a problem hides no other", async () => {
  expect(await configs()).toMatchObject({
    total: 3,
    configs: [
      {
        name: "lo",
        host: "127.0.0.1",
        user: sshd.user,
        port: sshd.port,
        description: "here",
        auth: ["key"],
        has_info: true,
        policy: "full",
        secrets: [],
        open_sessions: [],
      },
      { name: "bad", problem: expect.stringContaining("host") },
      { name: "jumper" },
    ],
  });
  expect((await open("bad", "x")).code).toBe("CONFIG_INVALID");
  expect((await open("lo", "s")).isError).toBe(false);
  expect(await configs()).toMatchObject({ configs: [{ open_sessions: ["s"] }, {}, {}] });
});

test("a connection that is added while the server runs works at the next call", async () => {
  expect((await open("added", "new")).code).toBe("CONFIG_NOT_FOUND");
  home.writeConnections(good(), McpHome.connection("added", sshd));
  expect((await open("added", "new")).isError).toBe(false);
  expect(await configs()).toMatchObject({ total: 2 });
});

test("a file that is half written is CONFIG_INVALID, keeps open sessions working, and mends at the next call", async () => {
  writeFileSync(home.tempHome.configFile, 'connections:\n  lo:\n    host: "127.0');
  expect((await open("lo", "half")).code).toBe("CONFIG_INVALID");
  const command = { session_name: "s", command: "echo on", wait_seconds: 10 };
  expect((await server.call("execute_command", command)).fields).toMatchObject({ output: "on" });
  expect((await server.call("list_connections")).isError).toBe(false);
  home.writeConnections(good());
  expect((await open("lo", "half")).isError).toBe(false);
});

test("a session outlives its connection in the configuration", async () => {
  home.writeConnections(McpHome.connection("other", sshd));
  const command = { session_name: "s", command: "echo on", wait_seconds: 10 };
  expect((await server.call("execute_command", command)).fields).toMatchObject({ output: "on" });
  expect((await server.call("close_connection", { session_name: "s" })).isError).toBe(false);
});
