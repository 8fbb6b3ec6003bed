import { runOverMux, terminalStateCommand } from "../../src/ssh/mux.ts";
import { fieldLookalikes, fieldWaiting } from "../../test/support/field-situations.ts";
import { ShellSession } from "../../test/support/shell-session.ts";
import { runSituation, type Told } from "../../test/support/waiting-run.ts";
import { lookalikes, waitingSituations } from "../../test/support/waiting-situations.ts";
import { measure, report } from "./lib/median.ts";

// How often a wait for input is told, and rightly: bun scripts/bench/awaiting.ts [text] [field]
// With `text` the host takes no further channel, so that the text alone tells; with `field` only the second set.

const byText = process.argv.includes("text");
const onlyField = process.argv.includes("field");
await using session = await ShellSession.open({
  shell: "/bin/bash",
  config: byText ? ["MaxSessions 1"] : [],
});
const { port } = session.sshd;
const results: Told[] = [];
const first = onlyField ? [] : [...waitingSituations(port), ...lookalikes(port)];
for (const situation of [...first, ...fieldWaiting(port), ...fieldLookalikes(port)]) {
  const result = await runSituation(session, situation);
  results.push(result);
  if (result.told !== situation.expected)
    console.log(`${situation.title}: ${result.told}, not ${situation.expected}`);
}
const kinds = [...new Set(results.flatMap(({ situation, told }) => [situation.expected, told]))];
console.log(["kind".padEnd(14), "cases", "precision", "recall", "median ms"].join("  "));
for (const kind of kinds) console.log(row(kind));

if (!byText && !onlyField) await reportCost();

function row(kind: string): string {
  const expected = results.filter(({ situation }) => situation.expected === kind);
  const told = results.filter((result) => result.told === kind);
  const right = told.filter(({ situation }) => situation.expected === kind).length;
  const times = expected.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const ratio = (of: number) => (of === 0 ? "–" : `${Math.round((100 * right) / of)} %`);
  const cells = [
    String(expected.length).padStart(5),
    ratio(told.length).padStart(9),
    ratio(expected.length).padStart(6),
  ];
  return [kind.padEnd(14), ...cells, String(times[times.length >> 1] ?? "–").padStart(9)].join("  ");
}

async function reportCost(): Promise<void> {
  const mux = {
    ssh: Bun.which("ssh") ?? "ssh",
    env: { PATH: "/usr/bin:/bin" },
    runtimeFolder: runtime(),
    sessionName: "s",
  };
  const limits = { signal: new AbortController().signal, timeoutMs: 5_000 };
  const times = await measure(30, {
    question: async () => {
      const text = await runOverMux(mux, terminalStateCommand("cost"), limits);
      if (!text?.includes("cost m ")) throw new Error(`no answer: ${text}`);
    },
    nothing: async () => void (await runOverMux(mux, "true", limits)),
  });
  report("ssh -S master host true", times.nothing);
  report("one question to the host", times.question, { ms: times.nothing, most: "at most 3" });
}

function runtime(): string {
  const master = /-S (\S+)\/mux\/\w+/.exec(
    session.home.tmux("list-panes", "-a", "-F", "#{pane_start_command}"),
  )?.[1];
  if (master === undefined) throw new Error("the master's socket was not found");
  return master;
}
