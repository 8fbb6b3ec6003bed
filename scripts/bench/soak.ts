import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../../test/support/mcp-server.ts";
import { openFiles } from "./lib/open-files.ts";
import { memoryMb } from "./lib/process-memory.ts";

// Many commands over several sessions, of which one after the other is closed and opened anew: memory and file handles of
// the server and of tmux at every tenth. Exit code 1 if they grow: bun scripts/bench/soak.ts [COMMANDS [SESSIONS]]

const commands = Number(process.argv[2] ?? 100_000);
const sessions = Number(process.argv[3] ?? 4);
const reopenEvery = 2_500;
const settleMs = 3_000;
const samples = 10;
/** What the second half may add to the middle of the run. */
const most = { serverMb: 12, tmuxMb: 4, files: 4 };

type Sample = {
  readonly done: number;
  readonly serverMb: number;
  readonly tmuxMb: number;
  readonly files: number;
};

await using sshd = await startLoopbackSshd();
await using home = new McpHome();
home.writeConnections(McpHome.connection("lo", sshd));
const server = await home.start();
const names = Array.from({ length: sessions }, (_, index) => `soak${index}`);
for (const name of names) await open(name);
const tmuxPid = Number(home.tmux("display-message", "-p", "#{pid}"));
let taken = 0;
let reopened = 0;

console.log("| commands | server MB | tmux MB | file handles | a command, ms |");
console.log("| -------: | --------: | ------: | -----------: | ------------: |");
const seen: Sample[] = [];
for (let part = 1; part <= samples; part++) {
  const startedAtMs = performance.now();
  const until = Math.round((commands * part) / samples);
  const before = taken;
  await Promise.all(names.map((name) => work(name, until)));
  const eachMs = (performance.now() - startedAtMs) / Math.max(1, until - before);
  seen.push(await sample(until, eachMs));
}
console.log(
  `${commands} commands, each with its own exit code and output; ${reopened} sessions closed and opened anew`,
);
process.exitCode = judge(seen) ? 0 : 1;

async function work(name: string, until: number): Promise<void> {
  while (taken < until) {
    const number = taken++;
    await runOne(name, number);
    if ((number + 1) % reopenEvery !== 0) continue;
    await call("close_connection", { session_name: name });
    await open(name);
    reopened++;
  }
}

async function runOne(session_name: string, number: number): Promise<void> {
  const status = number % 256;
  const command = `echo n${number}; (exit ${status})`;
  const { fields, text } = await call("execute_command", { session_name, command, wait_seconds: 60 });
  const isRight = fields["exit_code"] === status && fields["output"] === `n${number}`;
  if (!isRight) throw new Error(`command ${number} in ${session_name}: ${text}`);
  if (number % 50 === 0) await call("get_terminal_output", { session_name, num_lines: 50 });
  if (number % 250 === 0) await call("list_connections");
  if (number % 500 === 0) await call("search_output", { session_name, pattern: `n${number}\\b` });
}

async function open(session_name: string): Promise<void> {
  await call("open_connection", { connection_config_name: "lo", session_name, timeout_seconds: 60 });
}

async function call(name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
  const result = await server.call(name, args);
  if (result.isError) throw new Error(`${name}: ${result.text}`);
  return result;
}

/** The least of a few moments in which nothing is to do: what was only waiting to be collected is gone then. */
async function sample(done: number, eachMs: number): Promise<Sample> {
  const found = await settled(server);
  const taken = { done, ...found, tmuxMb: memoryMb(tmuxPid, "now") };
  const cells = [done, taken.serverMb, taken.tmuxMb, taken.files, eachMs.toFixed(1)];
  console.log(`| ${cells.join(" | ")} |`);
  return taken;
}

async function settled({ pid }: McpServer): Promise<Pick<Sample, "serverMb" | "files">> {
  let serverMb = Infinity;
  let files = Infinity;
  for (let leftMs = settleMs; leftMs > 0; leftMs -= 250) {
    await Bun.sleep(250);
    serverMb = Math.min(serverMb, memoryMb(pid, "now"));
    files = Math.min(files, openFiles(pid));
  }
  return { serverMb, files };
}

/** The first tenths fill caches; from the middle on nothing may grow. */
function judge(all: readonly Sample[]): boolean {
  const half = Math.floor(all.length / 2);
  const [middle, end] = [all.slice(half - 2, half), all.slice(-2)];
  const growth = (value: (sample: Sample) => number) =>
    Math.min(...end.map(value)) - Math.max(...middle.map(value));
  const grown = {
    serverMb: growth(({ serverMb }) => serverMb),
    tmuxMb: growth(({ tmuxMb }) => tmuxMb),
    files: growth(({ files }) => files),
  };
  const isFlat = grown.serverMb <= most.serverMb && grown.tmuxMb <= most.tmuxMb && grown.files <= most.files;
  console.log(
    `from the middle to the end: server ${grown.serverMb} MB (at most ${most.serverMb}), tmux ${grown.tmuxMb} MB (at most ${most.tmuxMb}), file handles ${grown.files} (at most ${most.files})${isFlat ? "" : "  GROWS"}`,
  );
  return isFlat;
}
