import { afterAll, beforeAll, expect, test } from "bun:test";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  server = await home.start();
  const opened = await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  expect(opened.isError).toBe(false);
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const run = (command: string, more: Record<string, unknown> = {}) =>
  server.call("execute_command", { session_name: "s", command, wait_seconds: 10, ...more });

test("what a command printed is returned, without prompt and echo", async () => {
  const { fields } = await run("printf 'one\\ntwo\\n'");
  expect(fields).toMatchObject({ state: "idle", ended_by: "command_ended", output: "one\ntwo" });
});

test("output without a newline at its end is returned and the prompt behind it is recognised", async () => {
  const { fields } = await run("printf abc");
  expect(fields).toMatchObject({ state: "idle", output: "abc" });
});

test("empty lines that a command printed are kept", async () => {
  const { fields } = await run("printf '\\n\\na\\n\\n\\n'");
  expect(fields["output"]).toBe("\n\na\n\n");
});
