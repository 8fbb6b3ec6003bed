import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { Pause } from "../../src/policy/pause.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { OuterTerminal } from "../support/outer-terminal.ts";
import { until } from "../support/private-tmux.ts";

setDefaultTimeout(60_000);

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd, ["policy: {mode: confirm}"]));
  server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "k" });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const run = (command: string) =>
  server.call("execute_command", { session_name: "k", command, wait_seconds: 20 });

test("whoever is attached hears of what waits, and answers it there without the agent seeing it", async () => {
  using terminal = new OuterTerminal(["attach", "k"], home.env, { cols: 160 });
  await terminal.shows(/C-b \? help/);
  expect((await run("touch by-key")).code).toBe("APPROVAL_PENDING");
  await terminal.shows(/help \| 1 waits: C-b a \| k \|/);
  terminal.press("C-b", "a");
  const [, code = ""] = await terminal.shows(/type (\d{4}) and Enter/);
  expect(terminal.screen).toContain("| touch by-key");
  const seen = await server.call("get_terminal_output", { session_name: "k", view: "screen" });
  expect(seen.text).not.toContain(code);
  terminal.press("-l", code);
  terminal.press("Enter");
  await until("it is answered", async () => !/type \d{4}/.test(terminal.screen));
  expect((await run("touch by-key")).fields).toMatchObject({ exit_code: 0 });
  expect(existsSync(join(sshd.home, "by-key"))).toBe(true);
});

test("a key stops all agents", async () => {
  using terminal = new OuterTerminal(["attach", "k"], home.env, { cols: 160 });
  await terminal.shows(/C-b \? help/);
  terminal.press("C-b", "p");
  await terminal.shows(/\| PAUSED: mcp-ssh-interactive resume \|/);
  expect((await run("uname")).code).toBe("PAUSED_BY_HUMAN");
  new Pause(join(home.root, "paused")).turnOff();
});
