import { isPrompt, type LearnedPrompt } from "./prompt.ts";

const maxInner = 8;

/** The prompts seen since the login shell's: those of shells inside it, and of a shell that changes its own. */
export class PromptLevels {
  #inner: readonly LearnedPrompt[] = [];
  #emptyAt: number | undefined;

  /** All that are to be recognised, the newest first. */
  known(login: LearnedPrompt | undefined): readonly LearnedPrompt[] {
    const inner = this.#inner.toReversed();
    return login === undefined ? inner : [...inner, login];
  }

  /** Behind which mark the last prompt stands, if it has no text to be recognised by. */
  get emptyAt(): number | undefined {
    return this.#emptyAt;
  }

  /**
   * A prompt waits, behind the mark at `since`: what was learned after it has ended. One without line editor is learned as it stands, with its
   * folder, since output may come right before it.
   */
  settle(login: LearnedPrompt | undefined, prompt: LearnedPrompt, since?: number): void {
    if (prompt.text.trim() === "") {
      this.#emptyAt = since;
      return;
    }
    this.#emptyAt = undefined;
    const levels = login === undefined ? this.#inner : [login, ...this.#inner];
    const level = levels.findIndex((each) => recognises(each, prompt));
    const kept = level < 0 ? levels : levels.slice(0, level + 1);
    const isLearned = level >= 0 && (prompt.bracketed || kept.some(({ text }) => prompt.text.endsWith(text)));
    const learned = isLearned ? kept : [...kept, prompt];
    this.#inner = (login === undefined ? learned : learned.slice(1)).slice(-maxInner);
  }
}

function recognises(learned: LearnedPrompt, prompt: LearnedPrompt): boolean {
  return learned.bracketed === prompt.bracketed && isPrompt(learned, prompt.text);
}
