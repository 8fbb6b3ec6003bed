import { startLoopbackSshd, type LoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome, type ToolResult } from "../../test/support/mcp-server.ts";
import { measure, median, percentile, report } from "./lib/median.ts";
import { plainSsh, PlainMaster } from "./lib/plain-ssh.ts";
import { memoryMb } from "./lib/process-memory.ts";

// Commands beside `ssh -S MASTER host true`, the end of a wait after its cause, opening beside `ssh -tt host`, 1,000 commands in a row, 20 sessions at
// once, the server's memory, the size of tools/list: bun scripts/bench/latency.ts [ROUNDS [IN_A_ROW]]

const rounds = Number(process.argv[2] ?? 15);
const inARow = Number(process.argv[3] ?? 1_000);
const sessionsAtOnce = 20;

await using sshd = await startLoopbackSshd();
await using home = new McpHome();
home.writeConnections(McpHome.connection("lo", sshd));
const server = await home.start();
const memoryAtStart = memoryMb(server.pid, "now");
let opened = 0;

await openings();
await roundTrips();
await wakeUps();
await manyInARow();
await manyAtOnce();
const { tools } = await server.client.listTools();
console.log(
  `memory of the server: ${memoryAtStart} MB after initialize, at most ${memoryMb(server.pid, "peak")} MB`,
);
console.log(`tools/list: ${Math.round(JSON.stringify(tools).length / 4)} tokens (at most 5000)`);

async function openings(): Promise<void> {
  const times = await measure(rounds, {
    open: () => openSession(`s${opened++}`),
    prompt: () => plainSshToPrompt(sshd),
    true: async () => void (await Bun.spawn(plainSsh(sshd, ["true"]), { stdin: "ignore" }).exited),
  });
  report("ssh host true", times.true);
  report("ssh -tt host, to its first prompt", times.prompt);
  report("open_connection", times.open, { ms: times.prompt, most: "at most 1.5" });
  for (let index = 1; index < opened; index++) await closeSession(`s${index}`);
}

async function roundTrips(): Promise<void> {
  using master = await PlainMaster.start(sshd);
  const times = await measure(rounds * 7, {
    plain: async () => {
      await Bun.spawn(["ssh", "-S", master.path, "127.0.0.1", "true"], { stdin: "ignore" }).exited;
    },
    command: () => runTrue("s0"),
    output: async () => void rightly(await server.call("get_terminal_output", { session_name: "s0" })),
  });
  report("ssh -S master host true", times.plain);
  report("execute_command true, with wait", times.command, { ms: times.plain, most: "at most 1.5" });
  report("get_terminal_output", times.output);
}

/** From the host's own clock, which is this machine's, to the result. */
async function wakeUps(): Promise<void> {
  const stamp = "sleep 0.3; printf 'at %s\\n' $(date +%s.%N)";
  report("a match, to the end of wait_for", await lateness(`${stamp}; sleep 9`, { wait_for: "^at " }));
  report("a hidden question, to awaiting_input (at most 500)", await lateness(`${stamp}; read -s x`));
  report(
    "a question in words, to awaiting_input (at most 500)",
    await lateness(`${stamp}; read -p 'Name ' x`),
  );
}

async function lateness(command: string, more: Record<string, unknown> = {}): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const args = { session_name: "s0", command, wait_seconds: 8, ...more };
    const { text } = rightly(await server.call("execute_command", args));
    times.push(Date.now() - 1_000 * Number(/^at (\S+)/m.exec(text)?.[1]));
    await server.call("interrupt_command", { session_name: "s0" });
  }
  return median(times);
}

async function manyInARow(): Promise<void> {
  const times: number[] = [];
  for (let count = 0; count < inARow; count++) {
    const startedAtMs = performance.now();
    await runTrue("s0");
    times.push(performance.now() - startedAtMs);
  }
  report(`${inARow} commands in a row, half within`, median(times));
  report(`${inARow} commands in a row, 99 % within`, percentile(times, 0.99));
}

async function manyAtOnce(): Promise<void> {
  const names = Array.from({ length: sessionsAtOnce }, (_, index) => `many${index}`);
  const startedAtMs = performance.now();
  await Promise.all(names.map(openSession));
  report(`${sessionsAtOnce} sessions opened at once, all within`, performance.now() - startedAtMs);
  const times: number[] = [];
  const roundsEach = 5;
  for (let round = 0; round < roundsEach; round++) {
    await Promise.all(
      names.map(async (name) => {
        const sentAtMs = performance.now();
        await runTrue(name);
        times.push(performance.now() - sentAtMs);
      }),
    );
  }
  report(`a command in each of ${sessionsAtOnce} at once, half within`, median(times));
  report(`a command in each of ${sessionsAtOnce} at once, 99 % within`, percentile(times, 0.99));
}

async function openSession(session_name: string): Promise<void> {
  rightly(await server.call("open_connection", { connection_config_name: "lo", session_name }));
}

async function closeSession(session_name: string): Promise<void> {
  rightly(await server.call("close_connection", { session_name }));
}

async function runTrue(session_name: string): Promise<void> {
  const result = await server.call("execute_command", { session_name, command: "true", wait_seconds: 20 });
  if (rightly(result).fields["exit_code"] !== 0) throw new Error(result.text);
}

function rightly(result: ToolResult): ToolResult {
  if (result.isError) throw new Error(result.text);
  return result;
}

/** With its end, as a shell that ends at once has. */
async function plainSshToPrompt(host: LoopbackSshd): Promise<void> {
  const child = Bun.spawn(plainSsh(host, [], ["-tt"]), { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  let shown = "";
  for await (const bytes of child.stdout) {
    shown += Buffer.from(bytes).toString("latin1");
    if (/[$#] (?:\u001b\[[?\w;]*)*$/.test(shown)) break;
  }
  child.kill();
}
