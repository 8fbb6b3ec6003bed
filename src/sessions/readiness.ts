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

function readyFacts({
  bracketedPaste,
  alternateScreen,
  cursorLines,
  quietMs,
}: StreamFacts): Readiness | undefined {
  const line = cursorLines.find(({ before }) => before.trim() !== "");
  if (line !== undefined && line.after === "" && !alternateScreen) {
    const promptLike = looksLikePrompt(line.before);
    const neededMs = bracketedPaste
      ? promptLike
        ? editorPromptQuietMs
        : editorOtherQuietMs
      : plainPromptQuietMs;
    if ((promptLike || bracketedPaste) && quietMs >= neededMs) return ready(line, bracketedPaste);
    if (quietMs >= askingQuietMs && asks(line.before, bracketedPaste)) return { kind: "ready" };
  }
  if (alternateScreen && quietMs >= plainPromptQuietMs) return { kind: "ready" };
  return quietMs >= silentQuietMs ? { kind: "ready" } : undefined;
}

function asks(line: string, atShell: boolean): boolean {
  return classifyAwaiting(line, { atShell }) !== undefined || classifyQuestion(line) !== undefined;
}

function ready({ before, start }: CursorLine, bracketed: boolean): Readiness {
  return { kind: "ready", prompt: { text: before, bracketed }, promptStart: start };
}
