import { UserError } from "../base/user-error.ts";
import { terminalMode } from "../platform/tty.ts";
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
  const isTelling = (current: Look) => (current.state === "running" ? undefined : current);
  const end = await waitUntil(session, isTelling, performance.now() + settleMs, signal);
  const question = await readQuestion(session, end.reason === "decided" ? end.value : end.last, signal);
  if (question !== undefined) return question;
  const current = end.reason === "decided" ? end.value : end.last;
  throw new UserError(
    "NOT_A_SECRET_PROMPT",
    `${session.record.session_name} asks for nothing hidden just now: ${wordsOn(current)}`,
    "Look at it with get_terminal_output; a human can also attach to the session.",
    { details: { reason: wordsOn(current) } },
  );
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

async function readQuestion(
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
    return { line, programs: ["ssh"], asker: "ssh", takesEof: false, offset };
  if (state !== "awaiting_input") return undefined;
  const told = await session.oracle.askNow(signal);
  const asker = askerOf(told, hiddenKinds.test(awaiting?.kind ?? ""));
  const takesEof = asker === "hidden" && told?.eofIsCtrlD === true;
  return asker === undefined ? undefined : { line, programs: told?.programs ?? [], asker, takesEof, offset };
}

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
