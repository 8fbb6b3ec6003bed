import { isPrompt, type LearnedPrompt } from "./prompt.ts";

const maxInner = 8;

/** The prompts seen since the login shell's: those of shells inside it, and of a shell that changes its own. */
export class PromptLevels {
  #inner: readonly LearnedPrompt[] = [];

  /** All that are to be recognised, the newest first. */
  known(login: LearnedPrompt | undefined): readonly LearnedPrompt[] {
    const inner = this.#inner.toReversed();
    return login === undefined ? inner : [...inner, login];
  }

  /** A prompt waits: what was learned after it has ended, and one not seen before is learned. */
  settle(login: LearnedPrompt | undefined, prompt: LearnedPrompt): void {
    if (login !== undefined && recognises(login, prompt)) this.#inner = [];
    else {
      const level = this.#inner.findIndex((each) => recognises(each, prompt));
      this.#inner = level < 0 ? [...this.#inner, prompt].slice(-maxInner) : this.#inner.slice(0, level + 1);
    }
  }
}

function recognises(learned: LearnedPrompt, prompt: LearnedPrompt): boolean {
  return learned.bracketed === prompt.bracketed && isPrompt(learned, prompt.text);
}
