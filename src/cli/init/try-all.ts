import { printable } from "../printable.ts";
import { renderNotes } from "./host-notes.ts";
import type { NewConnection, Wanted } from "./plan.ts";
import type { Trial } from "./trial.ts";
import { tryHost, type Tried } from "./try-host.ts";
import type { Voice } from "./voice.ts";

/** The connections that stay, the notes of those that opened, by name, and one that opens without a human. */
export type Trials = {
  readonly connections: readonly NewConnection[];
  readonly notes: ReadonlyMap<string, string>;
  readonly opens: string | undefined;
};

type Surroundings = { readonly voice: Voice; readonly stop: AbortSignal; readonly hasHuman: boolean };

/** Tries each; a human decides about those that fail, without one the first failure ends it. */
export async function tryAll(
  trial: Trial,
  { connections, notes: wantsNotes }: Wanted,
  { voice, stop, hasHuman }: Surroundings,
): Promise<Trials | "failed" | "left"> {
  const kept: NewConnection[] = [];
  const notes = new Map<string, string>();
  let opens: string | undefined;
  for (const connection of connections) {
    const { name } = connection;
    for (;;) {
      const tried = await tryHost(trial, connection, { notes: wantsNotes, hasHuman, voice });
      if (stop.aborted) return "left";
      if (tried.kind === "opened") {
        voice.good(`${printable(name)} opens.${describe(tried)}`);
        notes.set(name, renderNotes(name, tried.facts, new Date().toISOString().slice(0, 10)));
        if (!tried.needsHuman) opens ??= name;
        kept.push(connection);
        break;
      }
      voice.bad(printable(tried.message), printable(tried.hint));
      if (!hasHuman) return "failed";
      const { decideOnFailure } = await import("./decide.ts");
      const decision = await decideOnFailure(name, stop);
      if (decision === "left") return "left";
      if (decision === "keep") kept.push(connection);
      if (decision !== "again") break;
    }
  }
  return { connections: kept, notes, opens };
}

function describe({ facts }: Extract<Tried, { kind: "opened" }>): string {
  const { os, user } = facts;
  return os === undefined ? "" : ` ${os}${user === undefined ? "" : `, logged in as ${user}`}.`;
}
