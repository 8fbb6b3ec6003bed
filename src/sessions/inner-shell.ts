import { isNested, lostMarks, type Ended } from "./command-end.ts";
import { integrate } from "./integrate.ts";
import { lockInputIfFree } from "./lock-input.ts";
import type { Look, SessionContext } from "./look.ts";
import type { LearnedPrompt } from "./prompt.ts";
import { noteLastEnd } from "./recorded-command.ts";
import { renewPrompt } from "./renew-prompt.ts";
import { toldEnd } from "./sent-command.ts";
import type { TypedCommand } from "./type-command.ts";
import { waitUntil } from "./wait.ts";
import { waitsStill } from "./waits-still.ts";

/** A prompt not known before counts as drawn after a silence. */
const drawnWithinMs = 1_000;

/**
 * What a command ended with, once the shell that waits then has our marks, where marks were told before. Whether
 * it is the shell that ran the command, or one inside, is clear afterwards; without marks it is known by its prompt alone.
 */
export async function meetShell(
  session: SessionContext,
  ended: Ended,
  typed: TypedCommand,
  signal: AbortSignal,
): Promise<Ended> {
  if (!lostMarks(ended, typed) || session.gatehouse.pause.isOn) return ended;
  const told = await renewPrompt(session, typed, ended.look, signal);
  if (told !== undefined) return { look: await drawnLook(session, signal), endedBy: "command_ended", told };
  const { prompt } = ended.look;
  if (session.terminal.marks !== undefined && prompt !== undefined) {
    await using lock = await lockInputIfFree(session, signal);
    if (lock !== undefined && (await waitsStill(session, ended.look))) await markShell(session, prompt);
  }
  const current = await drawnLook(session, signal);
  const late = toldEnd(session, typed);
  if (late !== undefined) return { look: current, endedBy: "command_ended", told: late };
  const isMarked = current.confidence === "exact";
  const isSame = typed.aid !== undefined && session.terminal.isReplaced(typed.aid);
  const isOver = isSame || (!isMarked && !isNested(typed, prompt?.text ?? ""));
  return { look: current, endedBy: isOver ? "command_ended" : ended.endedBy };
}

/**
 * To be called under the input lock. What does not take our marks is remembered by its prompt. The end of the command before
 * is noted first, since with the shell's old marks what they told is gone.
 */
export async function markShell(session: SessionContext, prompt: LearnedPrompt): Promise<void> {
  noteLastEnd(session);
  const outcome = await integrate(session, prompt);
  const marked = outcome === "stalled" ? undefined : outcome;
  if (marked?.answered !== true) session.unmarkable.add(prompt.text);
  if (marked !== undefined) await session.rememberLevel(marked.level);
}

/** At an empty prompt whose shell's number stood in output: the look after it has got another. To be called under the input lock. */
export async function changeSeenNumber(
  session: SessionContext,
  current: Look,
  signal: AbortSignal,
): Promise<Look> {
  const { state, confidence, typed, prompt } = current;
  const isAtPrompt = state === "idle" && confidence === "exact" && typed === "";
  if (session.terminal.marks?.seen !== true || !isAtPrompt || prompt === undefined) return current;
  if (session.unmarkable.has(prompt.text)) return current;
  await markShell(session, prompt);
  return drawnLook(session, signal);
}

/** The look once the prompt stands there again. */
export async function drawnLook(session: SessionContext, signal: AbortSignal): Promise<Look> {
  const isDrawn = (current: Look) => (current.state === "running" ? undefined : current);
  const end = await waitUntil(session, isDrawn, performance.now() + drawnWithinMs, signal);
  return end.reason === "decided" ? end.value : end.last;
}
