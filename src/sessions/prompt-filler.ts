import type { SessionContext } from "./look.ts";

/**
 * zsh (PROMPT_SP) and fish fill the line with a mark and blanks before they draw a prompt, so that it stands at a
 * line's start whatever the output ended with.
 */
const filler = String.raw`(?:\x1b\[[0-9;]*m)*(?:%|#|~|\xe2\x8f\x8e|\xc2\xb6)(?:\x1b\[[0-9;]*m|\x0f)* {10,}\r`;
const leave = String.raw`(?:\xe2\x8f\x8e|\xc2\xb6)? \r`;
const atEnd = new RegExp(String.raw`${filler}${leave}(?:\x1b\[K)?$`);
const anywhere = new RegExp(String.raw`${filler}${leave}`, "g");
const maxPromptLines = 5;
const searchedBytes = 4_096;
const maxLineBytes = 65_536;
/** Its mark for a missing line end; black and reset at once, before any prompt. */
const drawnByFish = /[⏎¶] {10}|\x1b\[30m(?:\x1b\(B)?\x1b\[m/;

/** Whether what waits drew its prompt the way fish does. */
export function isPromptOfFish({ log, terminal }: Pick<SessionContext, "log" | "terminal">): boolean {
  const start = terminal.inputStart - searchedBytes;
  const { bytes } = log.read(start, Math.min(start + maxLineBytes, terminal.offset));
  return drawnByFish.test(Buffer.from(bytes).toString("utf8"));
}

/** Where a filler begins with which `bytes` end. */
export function fillerBefore(bytes: Uint8Array): number | undefined {
  return atEnd.exec(latin1(bytes))?.index;
}

/** Where the last filler in `bytes` begins that no more lines follow than a prompt has. */
export function fillerIn(bytes: Uint8Array): number | undefined {
  const text = latin1(bytes);
  const last = [...text.matchAll(anywhere)].at(-1);
  if (last === undefined || text.slice(last.index).split("\n").length > maxPromptLines) return undefined;
  return last.index;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
