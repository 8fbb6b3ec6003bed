import { classifyAwaiting, classifyQuestion } from "./awaiting.ts";
import type { CursorLine, StreamFacts } from "./derive-state.ts";
import type { Look } from "./look.ts";
import { looksLikePrompt, type LearnedPrompt } from "./prompt.ts";

/** A session that can be used, with the prompt that it showed if it showed one; or ssh's end. */
export type Readiness =
  | { readonly kind: "ready"; readonly prompt?: LearnedPrompt; readonly promptStart?: number }
  | { readonly kind: "ended" };

const editorPromptQuietMs = 20;
const editorOtherQuietMs = 100;
const plainPromptQuietMs = 300;
const askingQuietMs = 1_000;
const silentQuietMs = 2_500;

/**
 * Whether the login is through to where a person could type. Silence alone is believed late: the message of the day
 * often comes well before the prompt. `isAuthenticated` is asked only when all else is there.
 */
export function judgeReadiness(
  look: Look,
  facts: StreamFacts,
  isAuthenticated: () => boolean,
): Readiness | undefined {
  if (look.state === "disconnected") return { kind: "ended" };
  const ready = readyFacts(facts);
  return ready !== undefined && isAuthenticated() ? ready : undefined;
}

function readyFacts(facts: StreamFacts): Readiness | undefined {
  const { bracketedPaste, alternateScreen, quietMs } = facts;
  const shown = firstPrompt(facts);
  if (shown !== undefined) return { kind: "ready", ...shown };
  const line = emptyLine(facts);
  if (line !== undefined && quietMs >= askingQuietMs && asks(line.before, bracketedPaste))
    return { kind: "ready" };
  if (alternateScreen && quietMs >= plainPromptQuietMs) return { kind: "ready" };
  return quietMs >= silentQuietMs ? { kind: "ready" } : undefined;
}

/** What looks like the prompt of a shell that nothing is known of yet, once it stands still. */
export function firstPrompt(
  facts: StreamFacts,
): { readonly prompt: LearnedPrompt; readonly promptStart: number } | undefined {
  const { bracketedPaste: bracketed, quietMs } = facts;
  const line = emptyLine(facts);
  if (line === undefined) return undefined;
  const promptLike = looksLikePrompt(line.before);
  const editorQuietMs = promptLike ? editorPromptQuietMs : editorOtherQuietMs;
  const neededMs = bracketed ? editorQuietMs : plainPromptQuietMs;
  const isPrompt = (promptLike || bracketed) && quietMs >= neededMs;
  return isPrompt ? { prompt: { text: line.before, bracketed }, promptStart: line.start } : undefined;
}

/** The line with the cursor at its end, on the main screen. */
function emptyLine({ alternateScreen, cursorLines }: StreamFacts): CursorLine | undefined {
  const line = cursorLines.find(({ before }) => before.trim() !== "");
  return line?.after === "" && !alternateScreen ? line : undefined;
}

function asks(line: string, atShell: boolean): boolean {
  return classifyAwaiting(line, { atShell }) !== undefined || classifyQuestion(line) !== undefined;
}
