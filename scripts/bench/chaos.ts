import { allFaultKinds } from "./lib/chaos/plan.ts";
import { printReport } from "./lib/chaos/report.ts";
import { runChaos } from "./lib/chaos/run-chaos.ts";

// Calls from several clients over many sessions while servers, ssh, sshd, links and tmux are killed or stalled; every
// answer is compared with what ran: bun scripts/bench/chaos.ts [--seed N] [--seconds 600] [--clients 3] [--sessions 9]
// [--every MS between two faults] [--faults "ssh killed,link cut"] [--violations N before it gives up] [--verbose]

const seed = number("seed") ?? Math.floor(Math.random() * 1_000_000);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
const kinds = option("faults")?.split(",");
console.log(`seed ${seed}`);
const journal = await runChaos({
  seed,
  seconds: number("seconds") ?? 600,
  clients: number("clients") ?? 3,
  sessions: number("sessions") ?? 9,
  everyMs: number("every") ?? 1_500,
  kinds: kinds === undefined ? undefined : allFaultKinds.filter((kind) => kinds.includes(kind)),
  isVerbose: process.argv.includes("--verbose"),
  stop: stop.signal,
  mostViolations: number("violations") ?? 20,
});
printReport(journal);
console.log(`seed ${seed}`);
process.exit(journal.violations.length === 0 ? 0 : 1);

function number(name: string): number | undefined {
  const text = option(name);
  return text === undefined ? undefined : Number(text);
}

function option(name: string): string | undefined {
  const at = process.argv.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (at === -1) return undefined;
  const word = process.argv[at];
  return word?.includes("=") === true ? word.slice(word.indexOf("=") + 1) : process.argv[at + 1];
}
