import { dirname } from "node:path";

import { UserError } from "../base/user-error.ts";
import { requireRoom } from "../platform/disk-room.ts";
import { momentNow } from "../platform/moment.ts";
import { recordAct } from "../policy/gatehouse.ts";
import { pausedByHuman } from "../policy/pause.ts";
import type { LedgerRecord } from "../state/ledger.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import { clearAnswers, clearLine, leftOver } from "./clear-line.ts";
import { whatRuns } from "./command-owner.ts";
import { assertTakenBy } from "./command-text.ts";
import { assertExpected } from "./expectation.ts";
import { aboutCall, admitCommand } from "./gate.ts";
import { changeSeenNumber, drawnLook, markShell } from "./inner-shell.ts";
import { InputArea } from "./input-area.ts";
import { endForeignExchange } from "./integrate.ts";
import { assertShown, markLateLogin } from "./late-login.ts";
import { lockInput } from "./lock-input.ts";
import type { Look, SessionContext } from "./look.ts";
import type { MarkTrack } from "./mark-track.ts";
import type { Call, Where } from "./outcome.ts";
import { assertUpToDate, OutdatedSession } from "./outdated-session.ts";
import { isPromptOfFish } from "./prompt-filler.ts";
import type { LearnedPrompt } from "./prompt.ts";
import { noteLastEnd } from "./recorded-command.ts";
import { busy, disconnected, notTyped, stalled } from "./refusals.ts";
import { isTerminalAnswer } from "./terminal-answers.ts";
import { whereNow } from "./terminal-facts.ts";
import type { Judgement } from "./terminal-reading.ts";
import { mayHoldUnsent } from "./unsent-line.ts";
import { waitUntil } from "./wait.ts";

/**
 * A command whose Enter was pressed at log offset `offset`, `atMs` (performance.now), or whose text never appeared
 * (`echoed` false, no Enter). `prompt` is the one it stands behind, `prompts` are all that were known then.
 */
export type TypedCommand = {
  readonly id: string;
  readonly command: string;
  readonly offset: number;
  readonly atMs: number;
  readonly echoed: boolean;
  /** A human has changed it before it was typed. */
  readonly edited?: true;
  readonly prompt: LearnedPrompt | undefined;
  readonly prompts: readonly LearnedPrompt[];
  readonly aid: string | undefined;
  readonly counter: number | undefined;
};

const doubtMs = 1_500;
const noEchoMs = 5_000;
/** A slow link may take this long to echo the longest command. */
const unseenMs = 1_000;
const unendedEchoMs = 25_000;
const unmatchedQuietMs = 2_000;
const tailQuietMs = 40;

/**
 * Types `wanted` (prepared) at the session's idle prompt, sees it there, and presses Enter. Throws with nothing left on
 * the line when the session is not at an empty prompt or its line editor did not take the text as written.
 */
export async function typeCommand(
  session: SessionContext,
  wanted: string,
  expect: Where,
  call: Call,
): Promise<TypedCommand> {
  await using _ = await lockInput(session, call.signal);
  assertUpToDate(session);
  session.gatehouse.pause.assertOff();
  await endForeignExchange(session);
  const prompt = await requireMarks(session, await requireEmptyPrompt(session, call), call);
  call.signal.throwIfAborted();
  const { terminal, record, ledger, log } = session;
  requireRoom(dirname(log.path));
  assertExpected(record.session_name, expect, whereNow(session, prompt));
  const admitted = await admitCommand(session, wanted, prompt, call);
  const { text } = admitted;
  assertTakenBy(text, { bracketedPaste: takesBrackets(session, prompt), isFish: isPromptOfFish(session) });
  const prompts = terminal.levels.known(record.prompt);
  if (prompt.state === "idle") noteLastEnd(session);
  const entry = { ...nextRecord(session, text, call), ...whereTyped(session, prompt) };
  const { aid, counter } = entry;
  const edited = admitted.edited === undefined ? {} : { edited: admitted.edited };
  const typed = { id: entry.id, command: text, prompt: prompt.prompt, prompts, aid, counter, ...edited };
  const { where } = entry;
  const { approvedBy: approved } = admitted;
  await recordAct(session.gatehouse, {
    act: "command",
    ...aboutCall(session, call),
    id: entry.id,
    command: text,
    from: entry.offset,
    ...where,
    approved,
  });
  ledger.append(entry);
  if (!(await pasteAndSeeEcho(session, entry, prompt))) {
    return { ...typed, offset: entry.offset, atMs: performance.now(), echoed: false };
  }
  if (session.gatehouse.pause.isOn) await takeBack(session, entry);
  const { offset } = terminal;
  ledger.append({ ...entry, step: "sent", offset });
  const atMs = performance.now();
  const pressed = await sendKeys(session.tmux, record.session_name, ["Enter"]);
  if (pressed !== "typed") {
    ledger.append(entry);
    throw await notTyped(session, pressed);
  }
  return { ...typed, offset, atMs, echoed: true };
}

/** Nothing more is pressed after a human has said stop, but to clear what was typed. */
async function takeBack(session: SessionContext, entry: LedgerRecord): Promise<never> {
  await clearLine(session, entry, true, neverAborted);
  throw pausedByHuman();
}

/** The look at an idle prompt with nothing on its line; left-over text of ours is cleared first. */
async function requireEmptyPrompt(session: SessionContext, call: Call): Promise<Look> {
  const current = await clearLook(session, call.signal);
  if (current.state === "disconnected") throw await disconnected(session);
  if (current.pane?.inMode) throw busy(session, "a human looks through the scrollback (copy mode)");
  const left = leftOver(session, current);
  if (left !== undefined) {
    if (!(await clearLine(session, left, session.terminal.offset > left.offset, call.signal)))
      throw stalled(session);
    return requireEmptyPrompt(session, call);
  }
  if (current.state !== "idle" && current.state !== "unknown")
    throw busy(session, whatRuns(session, call), current);
  const { typed = "" } = current;
  if (isTerminalAnswer(session, typed, session.terminal.offset) && (await clearAnswers(session, call.signal)))
    return requireEmptyPrompt(session, call);
  if (typed !== "") throw busy(session, "a human has typed a line and not sent it");
  if (await mayHoldUnsent(session, current, call.signal))
    throw busy(session, "a human may have typed a line that does not show: Ctrl+C brings a new prompt");
  return current;
}

/** Where the text alone leaves open whether a shell waits, the host is asked first. */
async function clearLook(session: SessionContext, signal: AbortSignal): Promise<Look> {
  const isClear = (current: Look) => (current.isDoubtful ? undefined : current);
  const end = await waitUntil(session, isClear, performance.now() + doubtMs, signal);
  return end.reason === "decided" ? end.value : end.last;
}

/** A shell that has lost our marks, or whose number is forgotten, is given new ones before anything is typed into it. */
async function requireMarks(session: SessionContext, current: Look, call: Call): Promise<Look> {
  const { terminal, record, unmarkable } = session;
  const { state, confidence, prompt, shellWaits } = current;
  if (terminal.marks?.seen === true && (await changeSeenNumber(session, current, call.signal)) !== current)
    return requireEmptyPrompt(session, call);
  if (await markLateLogin(session, call.signal)) throw new OutdatedSession(session);
  assertShown(session, current);
  if (state !== "idle" || confidence === "exact" || prompt === undefined) return current;
  if (record.integrated !== true || unmarkable.has(prompt.text)) return current;
  if (terminal.marks !== undefined && shellWaits === undefined) {
    unmarkable.add(prompt.text);
    return current;
  }
  await markShell(session, prompt);
  await drawnLook(session, call.signal);
  return requireEmptyPrompt(session, call);
}

/** The record of a command that is about to be typed. */
export function nextRecord(session: SessionContext, command: string, call: Call): LedgerRecord {
  const last = session.ledger.last();
  return {
    step: "typed",
    id: `c${last === undefined ? 1 : Number(last.id.slice(1)) + 1}`,
    incarnation: session.record.incarnation,
    epoch: session.record.epoch,
    connection: session.record.connection_config,
    offset: session.terminal.offset,
    ...momentNow(),
    pid: process.pid,
    client: call.client,
    command,
    ...promptNumber(session),
  };
}

function whereTyped(session: SessionContext, prompt: Look): Pick<LedgerRecord, "where"> {
  const where = whereNow(session, prompt);
  return where === undefined ? {} : { where };
}

function promptNumber({ terminal }: SessionContext): Pick<LedgerRecord, "aid" | "counter"> {
  const { marks } = terminal;
  return marks?.phase === "prompt" ? { aid: marks.aid, counter: marks.counter } : {};
}

function takesBrackets({ terminal }: SessionContext, { prompt }: Look): boolean {
  return prompt?.bracketed ?? terminal.bracketedPaste;
}

/** False when nothing at all appeared for 5 s. Throws, with the line cleared, when something else appeared. */
async function pasteAndSeeEcho(session: SessionContext, entry: LedgerRecord, prompt: Look): Promise<boolean> {
  const { terminal, tmux, record } = session;
  const area = new InputArea(session, prompt.promptStart ?? entry.offset, prompt.prompt?.text ?? "");
  const bracketed = takesBrackets(session, prompt);
  const pasted = await pasteText(tmux, record.session_name, entry.command, { bracketed });
  if (pasted !== "typed") {
    session.ledger.append({ ...entry, step: "cleared" });
    throw await notTyped(session, pasted);
  }
  const pastedAtMs = performance.now();
  const decide = ({ quietMs }: Look) => {
    if (terminal.offset === entry.offset) return takesUnseen(session, pastedAtMs) ? "shown" : undefined;
    const match = area.match(entry.command);
    if (match === "whole" || (match === "tail" && quietMs >= tailQuietMs)) return "shown";
    return quietMs >= unmatchedQuietMs && terminal.offset > entry.offset ? "other" : undefined;
  };
  for (const limitMs of [noEchoMs, unendedEchoMs]) {
    const end = await waitUntil(session, decide, performance.now() + limitMs, neverAborted);
    if (end.reason === "decided" && end.value === "shown") return true;
    if (terminal.offset === entry.offset) return false;
    if (end.reason === "decided") break;
  }
  if (!(await clearLine(session, entry, true, neverAborted))) return false;
  throw new UserError(
    "INVALID_ARGUMENT",
    "the shell's line editor did not take the command as written; it was taken off the line again and nothing ran",
    "Look at the screen with get_terminal_output, then send the command in another form, for example shorter or as a file.",
  );
}

/** After stty -echo nothing is shown: a shell that the host sees waiting has the line, and the link is no cause. */
function takesUnseen({ oracle, terminal, record }: SessionContext, pastedAtMs: number): boolean {
  const askAtMs = pastedAtMs + unseenMs;
  if (record.integrated !== true || performance.now() < askAtMs) return false;
  const answer = oracle.answerAt(terminal.offset);
  if (answer !== undefined && answer.atMs >= askAtMs) return takesLine(answer, terminal.marks);
  if (oracle.isAvailable) oracle.ask(terminal.offset);
  return false;
}

/** A shell that has told its prompt reads its next line, whatever way it reads. */
function takesLine({ verdict, pids }: Judgement, marks: MarkTrack | undefined): boolean {
  const isOwn = marks?.phase === "prompt" && marks.pid !== undefined && pids.includes(marks.pid);
  return verdict === "prompt" || (isOwn && verdict !== "busy" && verdict !== "unclear");
}

/** Typing goes on to its end once it began, since half a command on the line helps nobody. */
const neverAborted = new AbortController().signal;
