import type { Look, SessionContext } from "./look.ts";
import type { EndedCommand } from "./mark-track.ts";
import { isLocalShell, mayOpenShell } from "./nested-shell.ts";
import type { EndedBy } from "./outcome.ts";
import { accountOf, isPrompt } from "./prompt.ts";
import { isUntold, lastSentCommand, toldEnd } from "./sent-command.ts";
import type { TypedCommand } from "./type-command.ts";

/** `told`: the shell itself said so. */
export type Ended = { readonly look: Look; readonly endedBy: EndedBy; readonly told?: EndedCommand };

/** A full-screen program has drawn its screen when it is silent for so long. */
const drawnQuietMs = 50;
const unknownQuietMs = 1_000;
/** A prompt that takes longer to be drawn keeps nobody waiting. */
const lateQuietMs = 300;
const behindQuietMs = 2_000;

/** The states in which nothing goes on by itself. */
export function settled(current: Look): Ended | undefined {
  switch (current.state) {
    case "idle":
      return { look: current, endedBy: "command_ended" };
    case "awaiting_input":
      return { look: current, endedBy: "input_wanted" };
    case "fullscreen":
      return current.quietMs >= drawnQuietMs ? { look: current, endedBy: "fullscreen" } : undefined;
    case "disconnected":
      return { look: current, endedBy: "disconnected" };
    case "unknown":
      return current.quietMs >= unknownQuietMs ? { look: current, endedBy: "quiet" } : undefined;
    case "running":
      return undefined;
  }
}

/** As `settled`, for what was typed at log offset `offset`: what stood there before does not count. */
export function settledSince(session: SessionContext, offset: number, current: Look): Ended | undefined {
  if (session.terminal.offset <= offset && current.state !== "disconnected") return undefined;
  if (current.state === "idle" && (current.promptStart ?? 0) < offset) return undefined;
  return settled(current);
}

/** How a command of ours has ended, or why nothing more is to be expected of it for now. */
export function commandEnd(session: SessionContext, typed: TypedCommand, current: Look): Ended | undefined {
  const told = toldEnd(session, typed);
  if (told !== undefined) {
    const isAtPrompt = current.state !== "running" || current.quietMs >= lateQuietMs;
    return isAtPrompt || isFollowed(session, typed)
      ? { look: current, endedBy: "command_ended", told }
      : undefined;
  }
  const end = settledSince(session, typed.offset, current);
  if (end?.endedBy !== "command_ended") return end;
  if (isBehind(session, typed, current)) return undefined;
  const isExact = typed.aid !== undefined && current.confidence === "exact";
  if (isExact) return isUntold(session, typed) ? end : undefined;
  const isInner =
    typed.aid === undefined ? isNested(typed, current.prompt?.text ?? "") : current.shellWaits !== "own";
  return isInner ? { ...end, endedBy: "nested_prompt" } : end;
}

/** The host has the shell at its prompt, and the stream, where nothing is missing, has not come to it: the link or tmux is slow. */
function isBehind(
  { terminal, oracle }: SessionContext,
  { offset }: TypedCommand,
  { shellWaits, prompt, quietMs }: Look,
): boolean {
  const isUndrawn = shellWaits === "own" && prompt?.text === "";
  const saidAtMs = oracle.answerAt(terminal.offset)?.atMs ?? -Infinity;
  const silentMs = Math.min(quietMs, performance.now() - saidAtMs);
  return isUndrawn && terminal.gapEnd <= offset && silentMs < behindQuietMs;
}

/** Another command was sent since, by whoever saw the prompt first: what runs now is that one. */
function isFollowed(session: SessionContext, { offset }: TypedCommand): boolean {
  return (lastSentCommand(session)?.offset ?? offset) > offset;
}

/** Whether a shell without marks waits where those of the shell that ran the command are missing. */
export function lostMarks({ look, endedBy, told }: Ended, { aid }: TypedCommand): boolean {
  if (endedBy === "nested_prompt") return true;
  return (
    endedBy === "command_ended" && aid !== undefined && told === undefined && look.confidence !== "exact"
  );
}

/** Whether `prompt` is that of a shell which the command has started; a prompt known before is an outer shell's. */
export function isNested({ command, prompt: before, prompts }: TypedCommand, prompt: string): boolean {
  if (isLocalShell(command)) return true;
  if (before === undefined || prompts.some((known) => isPrompt(known, prompt))) return false;
  const replacesShell = /^\s*exec\s/.test(command);
  return !replacesShell && (mayOpenShell(command) || accountOf(before.text) !== accountOf(prompt));
}
