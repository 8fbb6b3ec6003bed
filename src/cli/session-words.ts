import type { SessionSummary } from "../sessions/outcome.ts";
import { printable } from "./printable.ts";

const longestCommand = 60;

/** What a session is doing, in a few words of one line. */
export function doing({ state, awaiting, runningCommand, quietMs }: SessionSummary): string {
  switch (state) {
    case "idle":
      return "at the prompt";
    case "running":
      return `runs ${shortCommand(runningCommand)}`;
    case "fullscreen":
      return `full-screen ${shortCommand(runningCommand)}`;
    case "awaiting_input":
      return `waits for input: ${awaiting?.kind.replace("_", " ") ?? "text"}`;
    case "disconnected":
      return "disconnected";
    case "unknown":
      return `unknown, quiet for ${Math.round((quietMs ?? 0) / 1000)} s`;
  }
}

/** As the shell that waits reports it, else as the connection has it. */
export function placeOf(
  { where, connectionInfo }: SessionSummary,
  { folder }: { readonly folder: boolean } = { folder: true },
): string {
  const place = `${where?.user ?? connectionInfo.user}@${where?.host ?? connectionInfo.host}`;
  return printable(folder && where?.cwd !== undefined ? `${place}:${where.cwd}` : place);
}

/** The first line of a command, cut where it is long. */
export function shortCommand(command: string | undefined, longest = longestCommand): string {
  if (command === undefined) return "something that no agent started";
  const [first = "", ...others] = command.split("\n");
  const cut = first.slice(0, longest).toWellFormed();
  return printable(cut.length < first.length || others.length > 0 ? `${cut}...` : cut);
}
