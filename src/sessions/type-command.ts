import { acquireFileLock, LockTimeout, type FileLock } from "../platform/file-lock.ts";
import { UserError } from "../base/user-error.ts";
import { LineRenderer } from "../screen/line-renderer.ts";
import type { LedgerRecord } from "../state/ledger.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import { assertTakenBy } from "./command-text.ts";
import { matchEcho, type EchoMatch } from "./echo.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";
import { busy, disconnected } from "./refusals.ts";
import { waitUntil } from "./wait.ts";

/** A command whose Enter was pressed at log offset `offset`, or whose text never appeared (`echoed` false, no Enter). */
export type TypedCommand = { readonly id: string; readonly offset: number; readonly echoed: boolean; readonly prompt: string | undefined };

const lockTimeoutMs = 5_000;
const noEchoMs = 5_000;
/** A slow link may take this long to echo the longest command. */
const unendedEchoMs = 25_000;
const unmatchedQuietMs = 1_000;
const unmatchedTailQuietMs = 40;
const clearTimeoutMs = 2_000;

/** Takes the session's input lock, or throws SESSION_BUSY naming the process that holds it. */
export async function lockInput(session: SessionContext, signal: AbortSignal): Promise<FileLock> {
  try {
    return await acquireFileLock(session.inputLockPath, lockTimeoutMs, signal);
  } catch (error) {
    if (!(error instanceof LockTimeout)) throw error;
    throw new UserError(
      "SESSION_BUSY",
      `another process${error.holder === undefined ? "" : ` (${error.holder})`} has been typing into ${session.record.session_name} for 5 s`,
      "Try again; if that process is stopped, continue or end it.",
      { details: { by: "another server process" }, cause: error },
    );
  }
}

/**
 * Types `text` (prepared) at the session's idle prompt, sees it there, and presses Enter. Throws with nothing left on
 * the line when the session is not at an empty prompt or its line editor did not take the text as written.
 */
export async function typeCommand(session: SessionContext, text: string, call: Call): Promise<TypedCommand> {
  await using _ = await lockInput(session, call.signal);
  const prompt = await requireEmptyPrompt(session, call);
  call.signal.throwIfAborted();
  assertTakenBy(text, { bracketedPaste: session.terminal.bracketedPaste, dropsTabs: session.terminal.promptOfFish });
  const record = nextRecord(session, text, call);
  session.ledger.append({ ...record, step: "typed" });
  if (text !== "" && !(await pasteAndSeeEcho(session, record, prompt, text))) {
    return { id: record.id, offset: record.offset, echoed: false, prompt: prompt.prompt };
  }
  const offset = session.terminal.offset;
  session.ledger.append({ ...record, step: "sent", offset });
  const pressed = await sendKeys(session.tmux, session.record.session_name, ["Enter"]);
  if (pressed !== "typed") {
    session.ledger.append({ ...record, step: "typed" });
    throw await notTyped(session, pressed);
  }
  return { id: record.id, offset, echoed: true, prompt: prompt.prompt };
}

/** The look at an idle prompt with nothing on its line; left-over text of a process of ours that died is cleared first. */
async function requireEmptyPrompt(session: SessionContext, call: Call): Promise<Look> {
  const current = await look(session, await lookAtPane(session));
  if (current.state === "disconnected") throw await disconnected(session);
  if (current.pane?.inMode) throw busy(session, "a human looks through the scrollback (copy mode)");
  if (current.state !== "idle" && current.state !== "unknown") throw busy(session, "a command", current);
  if ((current.typed ?? "").trim() === "") return current;
  if (session.ledger.last()?.step !== "typed") throw busy(session, "a human has typed a line and not sent it");
  return clearLine(session, call.signal);
}

async function clearLine(session: SessionContext, signal: AbortSignal): Promise<Look> {
  await sendKeys(session.tmux, session.record.session_name, ["C-e", "C-u"]);
  const emptied = await waitUntil(
    session,
    (current) => (current.state === "idle" && (current.typed ?? "").trim() === "" ? current : undefined),
    performance.now() + clearTimeoutMs,
    signal,
  );
  if (emptied.reason !== "decided") throw busy(session, "text on the line that could not be cleared");
  const last = session.ledger.last();
  if (last !== undefined) session.ledger.append({ ...last, step: "cleared", at: new Date().toISOString() });
  return emptied.value;
}

function nextRecord(session: SessionContext, command: string, call: Call): Omit<LedgerRecord, "step"> {
  const last = session.ledger.last();
  return {
    id: `c${last === undefined ? 1 : Number(last.id.slice(1)) + 1}`,
    incarnation: session.record.incarnation,
    offset: session.terminal.offset,
    at: new Date().toISOString(),
    pid: process.pid,
    client: call.client,
    command,
  };
}

/** False when nothing at all appeared for 5 s. Throws, with the line cleared, when something else appeared. */
async function pasteAndSeeEcho(
  session: SessionContext,
  record: Omit<LedgerRecord, "step">,
  prompt: Look,
  text: string,
): Promise<boolean> {
  const { session_name: name } = session.record;
  const areaStart = prompt.promptStart ?? record.offset;
  const pasted = await pasteText(session.tmux, name, text, { bracketed: session.terminal.bracketedPaste });
  if (pasted !== "typed") {
    session.ledger.append({ ...record, step: "cleared" });
    throw await notTyped(session, pasted);
  }
  const decide = echoDecision(session, areaStart, record.offset, prompt.prompt ?? "", text);
  for (const limitMs of [noEchoMs, unendedEchoMs]) {
    const end = await waitUntil(session, decide, performance.now() + limitMs, neverAborted);
    if (end.reason === "decided" && end.value !== "none") return true;
    if (session.terminal.offset === record.offset) return false;
    if (end.reason === "decided") break;
  }
  await takeBack(session, text);
  session.ledger.append({ ...record, step: "cleared" });
  throw new UserError(
    "INVALID_ARGUMENT",
    "the shell's line editor did not take the command as written; it was taken off the line again and nothing ran",
    "Look at the screen with get_terminal_output, then send the command in another form, for example shorter or as a file.",
  );
}

/** Typing goes on to its end once it began, since half a command on the line helps nobody. */
const neverAborted = new AbortController().signal;

function echoDecision(
  session: SessionContext,
  areaStart: number,
  typedAt: number,
  prompt: string,
  text: string,
): (current: Look) => EchoMatch | undefined {
  return (current) => {
    const match = matchEcho(inputArea(session, areaStart, prompt), text);
    if (match === "whole") return match;
    if (match === "tail" && current.quietMs >= unmatchedTailQuietMs) return match;
    return current.quietMs >= unmatchedQuietMs && session.terminal.offset > typedAt ? "none" : undefined;
  };
}

/** What stands from the prompt's end to the cursor; what editors suggest right of the cursor is no part of the line. */
function inputArea(session: SessionContext, areaStart: number, prompt: string): string {
  const { cols, rows } = session.record;
  const renderer = new LineRenderer({ cols, rows, maxLines: 10_000 });
  renderer.write(session.log.read(areaStart, session.terminal.offset).bytes);
  const { lines, cursor } = renderer.read();
  const text = [...lines.slice(0, cursor.line), cursor.before].join("\n");
  return text.startsWith(prompt) ? text.slice(prompt.length) : text;
}

function notTyped(session: SessionContext, outcome: "in_mode" | "gone"): Promise<UserError> | UserError {
  return outcome === "gone" ? disconnected(session) : busy(session, "a human looks through the scrollback (copy mode)");
}

async function takeBack(session: SessionContext, text: string): Promise<void> {
  const keys = text.includes("\n") ? ["C-c"] : ["C-e", "C-u"];
  await sendKeys(session.tmux, session.record.session_name, keys);
}
