import { UserError } from "../base/user-error.ts";
import { terminalMode } from "../platform/tty.ts";
import type { FrontProgram } from "./front-programs.ts";
import { lineUntil } from "./input-place.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import { busy, disconnected, humanOnly } from "./refusals.ts";
import type { Judgement } from "./terminal-reading.ts";
import { waitUntil } from "./wait.ts";

/**
 * What a session asks for unseen. `line`, `programs`: remote text. `asker`: our own ssh, before the login; a program
 * whose terminal the host says to be hidden; or one of which the host cannot tell, as behind a second ssh.
 */
export type HiddenQuestion = {
  readonly line: string;
  readonly programs: readonly string[];
  /** The same with their arguments, as far as the host tells them; `isAll` where it names no more. */
  readonly front: readonly FrontProgram[];
  readonly isAll: boolean;
  readonly asker: "ssh" | "hidden" | "untold";
  /** Ctrl+D hands over what was typed of a line. */
  readonly takesEof: boolean;
  /** Where the log ended when it was asked. */
  readonly offset: number;
};

const settleMs = 5_000;
const hiddenKinds = /^(?:password|passphrase|otp)$/;

/** Throws NOT_A_SECRET_PROMPT with the reason, HUMAN_ONLY for a host key, SESSION_DISCONNECTED. */
export async function findHiddenQuestion(
  session: SessionContext,
  signal: AbortSignal,
): Promise<HiddenQuestion> {
  const found = await lookForQuestion(session, signal);
  if (!("reason" in found)) return found;
  const { reason } = found;
  throw new UserError(
    "NOT_A_SECRET_PROMPT",
    `${session.record.session_name} asks for nothing hidden just now: ${reason}`,
    "Look at it with get_terminal_output; a human can also attach to the session.",
    { details: { reason } },
  );
}

/** As findHiddenQuestion; `reason` says, in our words, why there is none. */
export async function lookForQuestion(
  session: SessionContext,
  signal: AbortSignal,
): Promise<HiddenQuestion | { readonly reason: string }> {
  const isTelling = (current: Look) => (current.state === "running" ? undefined : current);
  const end = await waitUntil(session, isTelling, performance.now() + settleMs, signal);
  const current = end.reason === "decided" ? end.value : end.last;
  return (await readQuestion(session, current, signal)) ?? { reason: wordsOn(current) };
}

/** Whether just this is still asked, nothing having come since, and what is typed still is not shown. To be called under the input lock. */
export async function isStillAsked(
  session: SessionContext,
  question: HiddenQuestion,
  signal: AbortSignal,
): Promise<boolean> {
  const current = await look(session, await lookAtPane(session));
  if (session.terminal.offset !== question.offset) return false;
  return (await readQuestion(session, current, signal))?.asker === question.asker;
}

export async function readQuestion(
  session: SessionContext,
  { state, awaiting, pane }: Look,
  signal: AbortSignal,
): Promise<HiddenQuestion | undefined> {
  if (state === "disconnected") throw await disconnected(session);
  if (awaiting?.kind === "host_key") throw humanOnly(session);
  if (pane?.inMode === true) throw busy(session, "a human looks through the scrollback (copy mode)");
  const { offset } = session.terminal;
  const line = lineUntil(session, offset);
  if (pane !== undefined && terminalMode(pane.tty) === "hidden")
    return { line, programs: ["ssh"], front: [], isAll: false, asker: "ssh", takesEof: false, offset };
  if (state !== "awaiting_input") return undefined;
  const told = await session.oracle.front(signal);
  const asker = askerOf(told, hiddenKinds.test(awaiting?.kind ?? ""));
  const takesEof = asker === "hidden" && told?.eofIsCtrlD === true;
  if (asker === undefined) return undefined;
  const { programs, front, isAll } = told ?? untold;
  return { line, programs, front, isAll, asker, takesEof, offset };
}

const untold = { programs: [], front: [], isAll: true };

function askerOf(told: Judgement | undefined, looksHidden: boolean): "hidden" | "untold" | undefined {
  if (told?.verdict === "secret") return "hidden";
  const isUntold = told === undefined || (told.verdict === "unclear" && !told.isPlain);
  return isUntold && looksHidden ? "untold" : undefined;
}

function wordsOn({ state, awaiting }: Look): string {
  if (state === "idle") return "its shell waits for a command";
  if (state === "awaiting_input") return `it waits for input that is shown (${awaiting?.kind ?? "text"})`;
  return state === "fullscreen" ? "a full-screen program has it" : "no question was seen";
}
