import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome, type ToolResult } from "../../test/support/mcp-server.ts";
import { measure, report } from "./lib/median.ts";
import { cpuSeconds } from "./lib/process-family.ts";
import { memoryMb } from "./lib/process-memory.ts";

// The tools on a session with a large log, search_output beside `grep -c` of the same file, the server's memory:
// bun scripts/bench/big-log.ts [MEGABYTES [ROUNDS]]

const megabytes = Number(process.argv[2] ?? 1024);
const rounds = Number(process.argv[3] ?? 3);

await using sshd = await startLoopbackSshd();
await using home = new McpHome();
home.tempHome.writeConfig(`settings:\n  log_max_mb: 10000\nconnections:\n${McpHome.connection("lo", sshd)}`);
const server = await home.start();
const path = join(home.root, "logs", "big.log");
for (const session_name of ["big", "small"])
  await call("open_connection", { connection_config_name: "lo", session_name });
writeLog();
const startedAtMs = performance.now();
await runTrue("big");
console.log(`the first call, which reads it all: ${Math.round(performance.now() - startedAtMs)} ms`);
const times = await measure(rounds * 10, {
  small: () => lookAt("small"),
  big: () => lookAt("big"),
  smallCommand: () => runTrue("small"),
  bigCommand: () => runTrue("big"),
});
report("get_terminal_output, small log", times.small);
report("get_terminal_output (at most 20 ms)", times.big, { ms: times.small, most: "at most 2" });
report("execute_command true, small log", times.smallCommand);
report("execute_command true", times.bigCommand, { ms: times.smallCommand, most: "at most 2" });
for (const { pattern, most } of [
  { pattern: String.raw`app\[1234567\]`, most: "at most 2" },
  { pattern: "status=500", most: "at most 2" },
  { pattern: "app.[0-9]+7.: req.*[ ]5[0-9]+ ms", most: "at most 2" },
  { pattern: "[0-9]+7[^a-z]+[ ]5[0-9]+[^0-9]", most: "at most 8" },
]) {
  // In seconds of CPU, which other work on the machine does not touch.
  const used = { grep: Infinity, search: Infinity };
  for (let round = 0; round < rounds; round++) {
    used.grep = Math.min(used.grep, await grep(pattern));
    used.search = Math.min(used.search, await search(pattern));
  }
  report(`grep -cE ${pattern}`, used.grep * 1_000);
  report("  search_output", used.search * 1_000, { ms: used.grep * 1_000, most });
}
console.log(
  `memory of the server: ${memoryMb(server.pid, "now")} MB, at most ${memoryMb(server.pid, "peak")} MB`,
);

/** Beside the recorder, which only appends too. */
function writeLog(): void {
  const descriptor = openSync(path, "a");
  for (let bytes = 0, number = 0; bytes < megabytes * 1_048_576;) {
    let text = "";
    for (let count = 0; count < 10_000; count++) {
      number++;
      text += `2026-11-22T10:00:${number % 60} host app[${number}]: request ${number * 7919} served in ${number % 977} ms status=${number % 13 === 0 ? 500 : 200}\r\n`;
    }
    bytes += writeSync(descriptor, text);
  }
  closeSync(descriptor);
}

async function lookAt(session_name: string): Promise<void> {
  await call("get_terminal_output", { session_name });
}

async function runTrue(session_name: string): Promise<void> {
  await call("execute_command", { session_name, command: "true", wait_seconds: 40 });
}

/** To the end of the log, with as many calls as that takes. */
async function search(pattern: string): Promise<number> {
  const before = cpuSeconds(server.pid);
  for (let cursor: unknown; ;) {
    const { fields, text } = await call("search_output", {
      session_name: "big",
      pattern,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!/not all was searched/.test(text)) return cpuSeconds(server.pid) - before;
    cursor = fields["cursor"];
  }
}

async function grep(pattern: string): Promise<number> {
  // With /dev/null as its output grep stops at the first match.
  const child = Bun.spawn(["grep", "-cE", pattern, path], { stdout: "pipe", env: { LC_ALL: "C" } });
  await new Response(child.stdout).text();
  await child.exited;
  return Number(child.resourceUsage()?.cpuTime.total ?? Number.NaN) / 1_000_000;
}

async function call(name: string, args: Record<string, unknown>): Promise<ToolResult> {
  const result = await server.call(name, args);
  if (result.isError) throw new Error(`${name}: ${result.text}`);
  return result;
}
