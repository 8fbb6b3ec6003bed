import type { PastAct } from "../../policy/past-acts.ts";
import type { PastCommand } from "../../sessions/command-history.ts";

/** One line of the history; `atMs` is its place in it. */
export type Entry =
  | { readonly kind: "command"; readonly atMs: number; readonly command: PastCommand }
  | { readonly kind: "act"; readonly atMs: number; readonly act: PastAct };

/** In the order in which it was typed; of one session that is the order of its ledger, whatever the clock was set to. */
export function entriesOf(commands: readonly PastCommand[], acts: readonly PastAct[]): Entry[] {
  const bySession = Map.groupBy(commands, ({ sessionName }) => sessionName);
  const ofCommands = [...bySession.values()].flatMap((each) => {
    let atMs = -Infinity;
    return each.map((command): Entry => {
      atMs = Math.max(atMs, Date.parse(command.at));
      return { kind: "command", atMs, command };
    });
  });
  const ofActs = acts.map((act): Entry => {
    const atMs = placeOf(act, bySession.get(act.session ?? "") ?? []);
    return { kind: "act", atMs, act };
  });
  return [...ofCommands, ...ofActs].toSorted((one, other) => one.atMs - other.atMs);
}

/** What a human ran is noted by whoever saw it end; it was typed before what stands further on in the log. */
function placeOf({ act, at, to }: PastAct, commands: readonly PastCommand[]): number {
  const notedMs = Date.parse(at);
  const next = act === "human" && to !== undefined ? firstFrom(commands, to) : undefined;
  return next === undefined ? notedMs : Math.min(notedMs, Date.parse(next.at) - 1);
}

function firstFrom(commands: readonly PastCommand[], from: number): PastCommand | undefined {
  let [low, high] = [0, commands.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((commands[middle]?.offset ?? from) < from) low = middle + 1;
    else high = middle;
  }
  return commands[low];
}

export function kindOf(entry: Entry): string {
  return entry.kind === "command" ? "command" : entry.act.act;
}
