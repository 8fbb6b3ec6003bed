import type { Background, CursorLine, DerivedState, StreamFacts } from "./derive-state.ts";
import { looksLikePrompt, matchPrompt, type LearnedPrompt } from "./prompt.ts";

/** Where a shell, or the line editor that it lends, waits: its prompt, known or `mayBeNew`, with what is typed behind it. */
export function atShellPrompt(
  facts: StreamFacts,
  background: Background,
  { mayBeNew }: { readonly mayBeNew: boolean },
): DerivedState | undefined {
  const line = cursorLine(facts);
  if (line.start < background.lastEnterAt()) return undefined;
  const known = background.prompts.filter(({ bracketed }) => bracketed === facts.bracketedPaste);
  const found = firstFound(known, (learned) => atPrompt(facts, learned));
  const isNew = line.after === "" && (line.before === "" || looksLikePrompt(line.before));
  if (found !== undefined || !mayBeNew || !isNew) return found;
  return idleAt({ text: line.before, bracketed: facts.bracketedPaste }, line.start, "");
}

/** The likeliest reading of the line with the cursor. */
export function cursorLine({ cursorLines, lineStart }: StreamFacts): CursorLine {
  return cursorLines[0] ?? { start: lineStart, before: "", after: "" };
}

export function firstFound(
  prompts: readonly LearnedPrompt[],
  find: (learned: LearnedPrompt) => DerivedState | undefined,
): DerivedState | undefined {
  for (const learned of prompts) {
    const found = find(learned);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function atPrompt(facts: StreamFacts, learned: LearnedPrompt): DerivedState | undefined {
  for (const { start, before, after } of facts.cursorLines) {
    const match = matchPrompt(learned, before);
    if (match !== undefined)
      return idleAt({ text: match.prompt, bracketed: learned.bracketed }, start, match.typed + after);
  }
  return undefined;
}

/** dash and its kin draw the prompt right behind output that did not end its line. */
export function plainPromptAfterOutput(facts: StreamFacts, learned: LearnedPrompt): DerivedState | undefined {
  const line = facts.cursorLines[0];
  if (learned.bracketed || line === undefined || line.after !== "") return undefined;
  return line.before.endsWith(learned.text)
    ? idleAt({ text: line.before, bracketed: false }, line.start, "")
    : undefined;
}

export function idleAt(prompt: LearnedPrompt, promptStart: number, typed: string): DerivedState {
  return {
    state: "idle",
    confidence: "prompt",
    prompt,
    promptStart,
    typed: typed.trim() === "" ? "" : typed,
  };
}
