import { momentNow } from "../platform/moment.ts";
import type { LedgerRecord } from "../state/ledger.ts";
import { sendKeys } from "../tmux/input.ts";
import { matchEcho } from "./echo.ts";
import type { Look, SessionContext } from "./look.ts";
import { isOfEpoch } from "./sent-command.ts";
import { waitUntil } from "./wait.ts";

const clearTimeoutMs = 2_000;

/**
 * Text of ours that stands on the line: typed and not sent, as long as the line that it was meant for still waits, or
 * sent and given back by the shell, which could not read it.
 */
export function leftOver(session: SessionContext, current: Look): LedgerRecord | undefined {
  const last = session.ledger.last();
  if (last?.step === "sent" && session.terminal.marks?.lineLeft === true && isShown(last, current))
    return last;
  if (last?.step !== "typed" || !isOfEpoch(session, last)) return undefined;
  if (session.terminal.inputStart > last.offset) return undefined;
  const isForeign = (current.typed ?? "") !== "" && !isShown(last, current);
  return isForeign ? undefined : last;
}

function isShown({ command }: LedgerRecord, { typed = "" }: Look): boolean {
  return typed !== "" && matchEcho(typed, command) !== "none";
}

/**
 * Takes the text of `record` off the line and notes that; false when the line is not seen empty within 2 s. C-u ends
 * at a line's start, long text is misdrawn, and where nothing is shown C-u leaves no trace: there it is C-c, which
 * brings a new prompt.
 */
export async function clearLine(
  session: SessionContext,
  record: LedgerRecord,
  shown: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { cols } = session.record;
  const byInterrupt = !shown || record.command.includes("\n") || record.command.length > cols;
  if (!(await emptyLine(session, byInterrupt, signal))) return false;
  session.ledger.append({ ...record, step: "cleared", ...momentNow() });
  return true;
}

/** Takes off the line what nobody typed; false when it is not seen empty. C-c would count as a command of a human's. */
export async function clearAnswers(session: SessionContext, signal: AbortSignal): Promise<boolean> {
  return (await emptyLine(session, false, signal)) || emptyLine(session, true, signal);
}

async function emptyLine(
  session: SessionContext,
  byInterrupt: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { offset } = session.terminal;
  const pressed = await sendKeys(
    session.tmux,
    session.record.session_name,
    byInterrupt ? ["C-c"] : ["C-e", "C-u"],
  );
  if (pressed !== "typed") return false;
  const emptied = (current: Look) => {
    const isNew = !byInterrupt || (current.promptStart ?? 0) >= offset;
    return current.state === "idle" && current.typed === "" && isNew ? true : undefined;
  };
  const end = await waitUntil(session, emptied, performance.now() + clearTimeoutMs, signal);
  return end.reason === "decided";
}
