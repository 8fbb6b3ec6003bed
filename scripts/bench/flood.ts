import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome, type ToolResult } from "../../test/support/mcp-server.ts";
import { median, percentile } from "./lib/median.ts";
import { memoryMb } from "./lib/process-memory.ts";

// Floods of output: what the kept log lacks of them, their exit codes and tails, the memory of the server, what another
// session answers meanwhile, how soon Ctrl+C works: bun scripts/bench/flood.ts [MEGABYTES_OF_YES]

const numbers = 5_000_000;
const megabytes = Number(process.argv[2] ?? 500);
const waitSeconds = 3_000;
const answerLimitMs = 100;

await using sshd = await startLoopbackSshd();
await using home = new McpHome();
const connection = McpHome.connection("lo", sshd);
home.tempHome.writeConfig(
  `settings:\n  log_max_mb: 4000\n  max_wait_seconds: ${waitSeconds}\nconnections:\n${connection}`,
);
const server = await home.start();
for (const session_name of ["numbers", "yes", "endless", "other"])
  rightly(await server.call("open_connection", { connection_config_name: "lo", session_name }));

const answersAtRest = await answersOfAnother((count) => count >= 100);
console.log("nothing else runs");
say(`another session answers within ${spread(answersAtRest)}`, true);

await flood("numbers", `seq 1 ${numbers}`, async (output) => {
  const last = Array.from({ length: 5 }, (_, index) => String(numbers - 4 + index)).join("\n");
  const { found, next } = await consecutiveNumbers("numbers");
  return [
    [`${found} of ${numbers} lines in the kept log, in order`, found === numbers && next === numbers + 1],
    [
      "the result begins with the first lines and ends with the last",
      isHeadAndTail(output, "1\n2\n3\n", last),
    ],
  ];
});
await flood("yes", `yes | head -c ${megabytes}M`, async (output) => {
  const lines = await countLines("yes", "y");
  const wanted = (megabytes * 1024 * 1024) / 2;
  return [
    [`${lines} of ${wanted} lines in the kept log`, lines === wanted],
    [
      "the result begins with the first lines and ends with the last",
      isHeadAndTail(output, "y\ny\n", "y\ny"),
    ],
  ];
});
await interruption();
const peak = memoryMb(server.pid, "peak");
say(`memory of the server: at most ${peak} MB (wanted below 150)`, !(peak >= 150));

function isHeadAndTail(output: string, head: string, tail: string): boolean {
  return output.startsWith(head) && output.endsWith(tail);
}

type Check = readonly [string, boolean];

async function flood(
  name: string,
  command: string,
  check: (output: string) => Promise<readonly Check[]>,
): Promise<void> {
  const startedAtMs = performance.now();
  const args = { session_name: name, command, wait_seconds: waitSeconds };
  const flooding = server.call("execute_command", args, { timeout: waitSeconds * 1_000 });
  let isOver = false;
  const ended = flooding.finally(() => (isOver = true));
  const answers = await answersOfAnother(() => isOver);
  const { fields, text } = await ended;
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  console.log(`${command}: ${seconds} s`);
  say(`exit code ${fields["exit_code"]}, ${fields["ended_by"]}`, fields["exit_code"] === 0);
  console.log(
    `        ${fields["total_lines"]} lines told, memory at most ${memoryMb(server.pid, "peak")} MB`,
  );
  if (fields["exit_code"] !== 0) console.log(text.slice(0, 500));
  for (const [what, isRight] of await check(String(fields["output"]).trimEnd())) say(what, isRight);
  say(
    `another session answers within ${spread(answers)}, ${(median(answers) / median(answersAtRest)).toFixed(1)} x (half)`,
    percentile(answers, 0.99) <= answerLimitMs,
  );
}

function spread(times: readonly number[]): string {
  const [half, most] = [median(times), percentile(times, 0.99)].map((ms) => ms.toFixed(0));
  return `${half} ms (half), ${most} ms (99 %), ${Math.max(...times).toFixed(0)} ms (all ${times.length})`;
}

async function answersOfAnother(isOver: (count: number) => boolean): Promise<number[]> {
  const times: number[] = [];
  while (!isOver(times.length)) {
    const startedAtMs = performance.now();
    const args = { session_name: "other", command: "true", wait_seconds: 20 };
    rightly(await server.call("execute_command", args));
    times.push(performance.now() - startedAtMs);
  }
  return times;
}

async function interruption(): Promise<void> {
  await server.call("execute_command", { session_name: "endless", command: "yes", wait_seconds: 2 });
  const startedAtMs = performance.now();
  const { fields } = await server.call("interrupt_command", { session_name: "endless", wait_seconds: 10 });
  const tookMs = performance.now() - startedAtMs;
  console.log("yes, interrupted");
  say(
    `${fields["state"]}, exit code ${fields["exit_code"]} after ${tookMs.toFixed(0)} ms`,
    tookMs <= 1_000 && fields["state"] === "idle",
  );
}

/** How many of the lines 1, 2, 3 … stand one behind the other, and the number that would be next. */
async function consecutiveNumbers(name: string): Promise<{ found: number; next: number }> {
  let next = 1;
  await eachLine(name, (line) => {
    if (line.endsWith(String(next)) && /(?:^|[^0-9])\d+$/.test(line)) next++;
  });
  return { found: next - 1, next };
}

async function countLines(name: string, wanted: string): Promise<number> {
  let count = 0;
  // The first line may stand behind what the shell writes as the command begins.
  await eachLine(name, (line) => {
    if (
      line === wanted ||
      (count === 0 && line.endsWith(`\u0007${wanted}`)) ||
      (count === 0 && line.endsWith(`\\${wanted}`))
    )
      count++;
  });
  return count;
}

async function eachLine(name: string, take: (line: string) => void): Promise<void> {
  const folder = join(home.root, "logs");
  const older = readdirSync(folder).filter((file) => file.startsWith(`${name}.log.`));
  let rest = "";
  for (const file of [...older.toSorted(), `${name}.log`]) {
    for await (const chunk of createReadStream(join(folder, file), { encoding: "latin1" })) {
      const lines = `${rest}${String(chunk)}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
  }
}

function say(what: string, isRight: boolean): void {
  console.log(`  ${isRight ? "ok   " : "WRONG"} ${what}`);
}

function rightly(result: ToolResult): ToolResult {
  if (result.isError) throw new Error(result.text);
  return result;
}
