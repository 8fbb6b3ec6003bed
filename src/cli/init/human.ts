import { intro, isCancel, log, outro } from "@clack/prompts";

import { fitLines, type Voice } from "./voice.ts";

/** `back`: Escape. `left`: Ctrl+C, Ctrl+D, or a signal that asks us to end. */
export type Reply<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "back" }
  | { readonly kind: "left" };

/** Asks by one prompt of clack, which takes Escape and Ctrl+C for the same. */
export async function ask<T>(
  show: (signal: AbortSignal) => Promise<T | symbol>,
  stop: AbortSignal,
): Promise<Reply<T>> {
  const end = new AbortController();
  let isBack = false;
  const watch = (_: unknown, key: { readonly name?: string; readonly ctrl?: boolean }) => {
    isBack = key.name === "escape";
    if (key.ctrl === true && key.name === "d") end.abort();
  };
  const close = () => end.abort();
  process.stdin.on("keypress", watch).once("end", close);
  try {
    const signal = AbortSignal.any([stop, end.signal]);
    // Of a terminal that has gone clack waits for ever.
    const value = await Promise.race([show(signal), whenAborted(signal)]);
    if (value === undefined || !isAnswer(value)) return { kind: isBack && !stop.aborted ? "back" : "left" };
    return { kind: "answer", value };
  } finally {
    process.stdin.off("keypress", watch).off("end", close);
  }
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true }));
}

function isAnswer<T>(value: T | symbol): value is T {
  return !isCancel(value);
}

export function createTerminalVoice(): Voice {
  const fit = (lines: readonly string[]) => fitLines(lines, process.stdout.columns);
  return {
    title: (text) => intro(text),
    say: (lines) => log.message(fit(lines)),
    good: (text) => log.success(fit([text])),
    bad: (text, hint) => log.error(fit([text, hint])),
    end: (text) => outro(fit([text])),
  };
}
