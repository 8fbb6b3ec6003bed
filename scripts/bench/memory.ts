import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome, type ToolResult } from "../../test/support/mcp-server.ts";
import { memoryMb } from "./lib/process-memory.ts";

// The server's memory after n and 2 n commands, and after rounds of sessions opened and closed:
// bun scripts/bench/memory.ts [COMMANDS [SESSIONS [ROUNDS]]]

const commands = Number(process.argv[2] ?? 2_000);
const sessions = Number(process.argv[3] ?? 20);
const rounds = Number(process.argv[4] ?? 4);
const limitMb = 150;

await using sshd = await startLoopbackSshd();
await using home = new McpHome();
home.writeConnections(McpHome.connection("lo", sshd));
const server = await home.start();
say("after initialize");

await open("one");
for (const part of [1, 2, 3, 4]) {
  for (let count = 0; count < commands / 4; count++) await run("one", `echo ${part} ${count}`);
  say(`after ${(commands / 4) * part} commands`);
}
await run("one", "seq 1 200000");
say("after the output of 200,000 lines");
const names = Array.from({ length: sessions }, (_, index) => `many${index}`);
for (let round = 1; round <= rounds; round++) {
  await Promise.all(names.map(open));
  await Promise.all(names.map((name) => run(name, "true")));
  await Promise.all(names.map((session_name) => call("close_connection", { session_name })));
  say(`after ${sessions * round} sessions opened and closed`);
}
const peak = memoryMb(server.pid, "peak");
console.log(`at most ${peak} MB (wanted below ${limitMb})${peak >= limitMb ? "  WRONG" : ""}`);

async function open(session_name: string): Promise<void> {
  await call("open_connection", { connection_config_name: "lo", session_name, timeout_seconds: 60 });
}

async function run(session_name: string, command: string): Promise<void> {
  const { fields, text } = await call("execute_command", { session_name, command, wait_seconds: 40 });
  if (fields["exit_code"] !== 0) throw new Error(text);
}

async function call(name: string, args: Record<string, unknown>): Promise<ToolResult> {
  const result = await server.call(name, args);
  if (result.isError) throw new Error(result.text);
  return result;
}

function say(when: string): void {
  console.log(`${when.padEnd(44)} ${String(memoryMb(server.pid, "now")).padStart(4)} MB`);
}
