import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../../test/support/mcp-server.ts";
import { memoryMb } from "./lib/process-memory.ts";

// The memory of a server that has just started and is asked for the whole output of every command of all sessions at about
// the same time: bun scripts/bench/whole-reads.ts [SESSIONS [COMMANDS of each [LINES of each [SERVERS one after the other]]]]

const sessions = Number(process.argv[2] ?? 9);
const commands = Number(process.argv[3] ?? 12);
const lines = Number(process.argv[4] ?? 20_000);
const servers = Number(process.argv[5] ?? 3);
const limitMb = 150;
const filler = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const whole = { num_lines: 10_000, max_chars: 40_000 };

await using sshd = await startLoopbackSshd();
await using home = new McpHome();
home.writeConnections(McpHome.connection("lo", sshd));
const names = Array.from({ length: sessions }, (_, at) => `s${at + 1}`);
const ids = new Map<string, string[]>();
{
  await using first = await home.start();
  await Promise.all(names.map((name) => fill(first, name)));
  console.log(`the server that ran them: at most ${memoryMb(first.pid, "peak")} MB`);
}
for (let count = 1; count <= servers; count++) {
  await using fresh = await home.start();
  const before = memoryMb(fresh.pid, "peak");
  await Promise.all(names.map((name) => readAll(fresh, name)));
  const peak = memoryMb(fresh.pid, "peak");
  console.log(
    `fresh server ${count}: ${before} MB, then at most ${peak} MB (wanted below ${limitMb})${peak >= limitMb ? "  WRONG" : ""}`,
  );
}

async function fill(server: McpServer, session_name: string): Promise<void> {
  await call(server, "open_connection", { connection_config_name: "lo", session_name, timeout_seconds: 60 });
  for (let count = 0; count < commands; count++) {
    const command = `seq -f 'OUT-${session_name}-%.0f-${filler}' 1 ${lines}`;
    const { fields } = await call(server, "execute_command", { session_name, command, wait_seconds: 40 });
    ids.set(session_name, [...(ids.get(session_name) ?? []), String(fields["command_id"])]);
  }
}

async function readAll(server: McpServer, session_name: string): Promise<void> {
  for (const command_id of ids.get(session_name) ?? [])
    await call(server, "get_terminal_output", { session_name, command_id, ...whole });
}

async function call(server: McpServer, name: string, args: Record<string, unknown>): Promise<ToolResult> {
  const result = await server.call(name, args);
  if (result.isError) throw new Error(result.text);
  return result;
}
