import { classifyAwaiting } from "./awaiting.ts";
import type { Awaiting, Confidence, State } from "./outcome.ts";
import { looksLikePrompt, matchPrompt, type LearnedPrompt } from "./prompt.ts";

/** The line with the cursor, split there; `start` is its place in the log. */
export type CursorLine = { readonly start: number; readonly before: string; readonly after: string };

/** What the stream says just now. `cursorLines` are readings of the last line, the likeliest first. */
export type StreamFacts = {
  readonly ended: boolean;
  readonly alternateScreen: boolean;
  readonly bracketedPaste: boolean;
  readonly cursorLines: readonly CursorLine[];
  readonly quietMs: number;
};

export type DerivedState = {
  readonly state: State;
  readonly confidence: Confidence;
  readonly awaiting?: Awaiting;
  /** At a prompt: the prompt as it stands, where it begins in the log, and the text on its line that nobody has sent. */
  readonly prompt?: string;
  readonly promptStart?: number;
  readonly typed?: string;
};

/** Shells without bracketed paste draw a prompt that output could imitate: silence must follow it. */
const plainPromptQuietMs = 150;
const newPromptQuietMs = 100;
const awaitingQuietMs = 300;

/** The quiet times at which a derived state may change though nothing came. */
export const quietSteps: readonly number[] = [20, newPromptQuietMs, plainPromptQuietMs, awaitingQuietMs, 1_000, 2_500];

export function deriveState(facts: StreamFacts, learned: LearnedPrompt | undefined): DerivedState {
  if (facts.ended) return { state: "disconnected", confidence: "exact" };
  if (facts.alternateScreen) return { state: "fullscreen", confidence: "prompt" };
  return (
    atLearnedPrompt(facts, learned) ??
    atNewPrompt(facts) ??
    awaitingInput(facts) ??
    (learned === undefined ? { state: "unknown", confidence: "quiet" } : { state: "running", confidence: "prompt" })
  );
}

function atLearnedPrompt(facts: StreamFacts, learned: LearnedPrompt | undefined): DerivedState | undefined {
  if (learned === undefined || (learned.bracketed && !facts.bracketedPaste)) return undefined;
  if (!learned.bracketed && facts.quietMs < plainPromptQuietMs) return undefined;
  for (const { start, before, after } of facts.cursorLines) {
    const match = matchPrompt(learned, before);
    if (match !== undefined) {
      const typed = match.typed + after.trimEnd();
      return { state: "idle", confidence: "prompt", prompt: match.prompt, promptStart: start, typed };
    }
  }
  return plainPromptAfterOutput(facts, learned);
}

/** dash and its kin draw the prompt right behind output that did not end its line. */
function plainPromptAfterOutput(facts: StreamFacts, learned: LearnedPrompt): DerivedState | undefined {
  const line = facts.cursorLines[0];
  if (learned.bracketed || line === undefined || line.after !== "" || !line.before.endsWith(learned.text)) return undefined;
  return { state: "idle", confidence: "prompt", prompt: line.before, promptStart: line.start, typed: "" };
}

/** A line editor waits behind another prompt: a shell inside the shell, or one whose prompt was changed. */
function atNewPrompt(facts: StreamFacts): DerivedState | undefined {
  if (!facts.bracketedPaste || facts.quietMs < newPromptQuietMs) return undefined;
  const line = facts.cursorLines[0];
  if (line === undefined || line.after !== "") return undefined;
  const awaiting = classifyAwaiting(line.before);
  if (awaiting !== undefined) return { state: "awaiting_input", confidence: "prompt", awaiting };
  if (!looksLikePrompt(line.before)) return undefined;
  return { state: "idle", confidence: "prompt", prompt: line.before, promptStart: line.start, typed: "" };
}

function awaitingInput(facts: StreamFacts): DerivedState | undefined {
  const line = facts.cursorLines[0];
  if (facts.quietMs < awaitingQuietMs || line === undefined || line.before.trim() === "") return undefined;
  const awaiting = classifyAwaiting(line.before);
  return awaiting === undefined ? undefined : { state: "awaiting_input", confidence: "quiet", awaiting };
}
