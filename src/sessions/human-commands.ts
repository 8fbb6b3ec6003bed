import type { LedgerRecord } from "../state/ledger.ts";
import type { SessionContext } from "./look.ts";
import type { HumanCommand } from "./outcome.ts";
import { isTerminalAnswer } from "./terminal-answers.ts";
import { typedLine } from "./typed-line.ts";

/** Log offsets: where its output begins, as far as its shell told that, and where it ended. */
export type HumanCommandAt = HumanCommand & { readonly outputStart?: number; readonly outputEnd: number };

/**
 * What people attached to the terminal ran that ended at log offsets from `from` to before `to`, as far as the shells tell;
 * but for those that ended where `known` says.
 */
export function humanCommands(
  session: SessionContext,
  { from, to }: { readonly from: number; readonly to: number },
  known: ReadonlySet<number> = new Set(),
): readonly HumanCommandAt[] {
  const { terminal, ledger } = session;
  return terminal.shellLevels
    .flatMap(({ aid, ended }) => ended.map((command) => ({ aid, ...command })))
    .filter(({ ran, outputEnd }) => ran !== false && outputEnd >= from && outputEnd < to)
    .filter(({ outputEnd }) => !known.has(outputEnd))
    .filter(({ aid, counter }) => ledger.find((record) => isOurs(record, aid, counter)) === undefined)
    .toSorted((one, other) => one.outputEnd - other.outputEnd)
    .map((command) => ({
      command: typedLine(session, command)?.text ?? "",
      exitCode: command.status,
      ...(command.outputStart === undefined ? {} : { outputStart: command.outputStart }),
      outputEnd: command.outputEnd,
    }))
    .filter(({ command, outputEnd }) => command !== "" && !isTerminalAnswer(session, command, outputEnd));
}

/** Several lines sent at once are as many commands. */
function isOurs({ step, aid, counter, keys = [] }: LedgerRecord, endedAid: string, ended: number): boolean {
  if (aid !== endedAid || counter === undefined) return false;
  const enters = step === "input" ? keys.filter((key) => key === "Enter").length : 1;
  return counter <= ended && ended < counter + Math.max(1, enters);
}
