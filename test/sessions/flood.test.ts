import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { LogStore } from "../../src/state/log-store.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { signalProcess, until } from "../support/private-tmux.ts";

const numbers = 2_000_000;
const maxTmuxMb = 60;

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
let log: LogStore;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  home.tempHome.writeConfig(`settings:\n  log_max_mb: 4\nconnections:\n${McpHome.connection("lo", sshd)}`);
  server = await home.start();
  log = new LogStore(join(home.root, "logs", "s.log"));
  const opened = await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  expect(opened.text).toContain("idle");
}, 30_000);

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const read = (more: Record<string, unknown>) =>
  server.call("get_terminal_output", { session_name: "s", ...more });

test("a flood while nobody reads goes to the log alone, and what was dropped of it is told", async () => {
  const { fields: before } = await server.call("execute_command", {
    session_name: "s",
    command: `seq 1 ${numbers}; echo the flood is over`,
  });
  const { pid } = server;
  signalProcess(pid, "SIGSTOP");
  try {
    await until("the flood's end", () => lastKept().includes("\nthe flood is over\r\n"), 100_000);
  } finally {
    signalProcess(pid, "SIGCONT");
  }
  expect(peakMb(Number(home.tmux("display-message", "-p", "#{pid}")))).toBeLessThan(maxTmuxMb);

  const { fields } = await read({ command_id: before["command_id"], wait_seconds: 30 });
  expect(fields).toMatchObject({ exit_code: 0, ended_by: "command_ended", truncated: true });
  expect(String(fields["output"])).toEndWith(`\n${numbers}\nthe flood is over`);
  expect(Number(fields["bytes_missed"])).toBeGreaterThan(1_000_000);
  const kept = Number(fields["total_lines"]) - 1;
  expect(String(fields["output"])).toStartWith(`${numbers - kept + 1}\n${numbers - kept + 2}\n`);

  const { fields: since } = await read({ cursor: before["cursor"] });
  expect(String(since["output"])).toContain(`\n${numbers}\nthe flood is over`);
  const linesMissed = numbers - kept;
  expect(Number(since["bytes_missed"])).toBeGreaterThan(linesMissed * 5);
  expect(Number(since["bytes_missed"])).toBeLessThanOrEqual(linesMissed * 9);
}, 150_000);

function lastKept(): string {
  const { end } = log.extent();
  return Buffer.from(log.read(end - 1_000, end).bytes).toString("latin1");
}

/** The most that a process ever had resident. */
function peakMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1]) / 1024;
}
