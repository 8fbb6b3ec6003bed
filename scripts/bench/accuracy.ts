import { availableParallelism } from "node:os";

import { McpHome, type McpServer } from "../../test/support/mcp-server.ts";
import { installedShells } from "../../test/support/shells.ts";
import { benchCommands, type BenchCommand } from "./lib/bench-commands.ts";
import { BenchHost } from "./lib/bench-host.ts";
import { BenchSession, writeConnections, type Surrounding } from "./lib/bench-session.ts";
import { DelayedLink } from "./lib/delayed-link.ts";
import { judge, type Verdict } from "./lib/judge.ts";

// Every command of commands.txt in a session, beside `ssh -tt host COMMAND` in the same shell as a login shell:
// bun scripts/bench/accuracy.ts [--quick] [--shells=bash,zsh] [--surroundings=plain,nested] [--every=N] [--verbose]

type Fault = { readonly place: string; readonly command: string; readonly verdict: Verdict };
type Work = { readonly host: BenchHost; readonly surroundings: readonly Surrounding[] };
type Cell = { commands: number; codes: number; outputs: number; early: number };

const surroundings: readonly Surrounding[] = [
  "plain",
  "two-line prompt",
  "slow link",
  "nested",
  "after a flood",
  "noise at login",
];
const oneWayMs = 100;

const isQuick = process.argv.includes("--quick");
const isVerbose = process.argv.includes("--verbose");
const every = Number(option("every") ?? (isQuick ? 50 : 1));
const wantedShells = option("shells")?.split(",");
const wantedPlaces = option("surroundings")?.split(",");
const places = surroundings.filter((name) => wantedPlaces?.includes(name) ?? true);
const shells = installedShells().filter(({ name }) => wantedShells?.includes(name) ?? true);

await using stack = new AsyncDisposableStack();
const fast = await prepare(places.filter((place) => place !== "slow link"));
const slow = await prepare(places.filter((place) => place === "slow link"));
const home = stack.use(new McpHome());
writeConnections(
  home,
  fast.map(({ host }) => host),
  slow.map(({ host }) => ({ host, port: stack.use(new DelayedLink(host.sshd.port, oneWayMs)).port })),
);
const server = await home.start();

const cells = new Map<string, Cell>();
const faults: Fault[] = [];
// Behind a slow link sessions mostly wait: all of them at once, beside as many others as there are cores.
await Promise.all([inTurns(fast, availableParallelism()), inTurns(slow, slow.length)]);
printTable();
printFaults();
process.exitCode = faults.length === 0 ? process.exitCode : 1;

/** One host for each shell, with a home of its own, since the commands leave files there. */
async function prepare(wanted: readonly Surrounding[]): Promise<Work[]> {
  const hosts: Work[] = [];
  if (wanted.length === 0) return hosts;
  for (const shell of shells)
    hosts.push({ host: stack.use(await BenchHost.start(shell)), surroundings: wanted });
  return hosts;
}

async function inTurns(work: readonly Work[], atOnce: number): Promise<void> {
  const waiting = [...work];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await measure(next).catch((error: unknown) => noteFailure(next.host.shell.name, error));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function measure({ host, surroundings: wanted }: Work): Promise<void> {
  const { name } = host.shell;
  const chosen = benchCommands(name).filter((_, index) => index % every === 0);
  const judges: Awaited<ReturnType<typeof judge>>[] = [];
  const term = await terminalKind(server, host, wanted[0] ?? "plain");
  for (const command of chosen) judges.push(await judge(host, command, term));
  for (const place of wanted) {
    const startedAtMs = performance.now();
    const session = new BenchSession(server, host, place);
    const cell = { commands: 0, codes: 0, outputs: 0, early: 0 };
    cells.set(`${name} ${place}`, cell);
    try {
      await session.open();
      for (const [index, command] of chosen.entries()) {
        const verdict = await judges[index]?.(session);
        if (verdict !== undefined) count(cell, verdict, `${name}, ${place}`, command);
      }
      await session.close();
    } catch (error) {
      noteFailure(`${name}, ${place}`, error);
    }
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
    if (isVerbose) console.error(`${name}, ${place}: ${JSON.stringify(cell)} in ${seconds} s`);
  }
}

function noteFailure(where: string, error: unknown): void {
  console.error(`${where}: ${String(error)}`);
  process.exitCode = 1;
}

function count(cell: Cell, verdict: Verdict, place: string, { command }: BenchCommand): void {
  cell.commands++;
  cell.codes += verdict.codeRight ? 1 : 0;
  cell.outputs += verdict.outputEqual ? 1 : 0;
  cell.early += verdict.toldEarly ? 1 : 0;
  if (verdict.codeRight && verdict.outputEqual && !verdict.toldEarly) return;
  faults.push({ place, command, verdict });
}

async function terminalKind(running: McpServer, host: BenchHost, place: Surrounding): Promise<string> {
  const session = new BenchSession(running, host, place);
  await session.open();
  const { fields } = await session.run("printenv TERM");
  await session.close();
  if (fields["exit_code"] !== 0) throw new Error(`no TERM in ${host.shell.name}: ${JSON.stringify(fields)}`);
  return String(fields["output"]).trim();
}

function printTable(): void {
  console.log(`| shell | commands | ${places.join(" | ")} |\n| --- | --- |${" --- |".repeat(places.length)}`);
  for (const shell of shells) {
    const row = places.map((place) => cells.get(`${shell.name} ${place}`));
    const shown = row.map((cell) => (cell === undefined ? "" : renderCell(cell)));
    console.log(`| ${shell.name} | ${row[0]?.commands ?? 0} | ${shown.join(" | ")} |`);
  }
  console.log(
    `\nEach cell: exit code right, output equal, told ended too early. The slow link (${2 * oneWayMs} ms there and back) is a delaying relay, since netem is not in every kernel.`,
  );
}

function renderCell({ commands, codes, outputs, early }: Cell): string {
  const percent = (right: number) => {
    const value = (100 * right) / Math.max(1, commands);
    return `${value === 100 ? "100" : Math.min(value, 99.9).toFixed(1)} %`;
  };
  return `${percent(codes)}, ${percent(outputs)}, ${early}`;
}

function printFaults(): void {
  for (const { place, command, verdict } of faults) {
    const flags = [
      verdict.codeRight ? "" : "code",
      verdict.outputEqual ? "" : "output",
      verdict.toldEarly ? "early" : "",
    ].filter((flag) => flag !== "");
    console.log(
      `\n${place}: ${flags.join(", ")}: ${JSON.stringify(command)}\n  ours      ${verdict.ours}\n  plain ssh ${verdict.plain}`,
    );
  }
}

function option(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}
