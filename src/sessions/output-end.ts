import type { StreamState } from "../screen/stream-parser.ts";
import type { LogStore } from "../state/log-store.ts";
import { fillerBefore, fillerIn } from "./prompt-filler.ts";

const fillerSearchBytes = 4_096;
/** A line may be of any length, as a progress bar's is; the filler stands near its end. */
const maxLineBytes = 65_536;
/** zsh switches bracketed paste on behind its prompt, where at most a few attributes follow. */
const minPromptBytes = 2;

/** Where in the log the output ends that the prompt behind it follows; `editor` is the line editor's that waits there. */
export function outputEnd(
  log: LogStore,
  { lineStart, offset }: StreamState,
  editor: { readonly start: number; readonly end: number } | undefined,
): number {
  if (editor !== undefined && (editor.end <= lineStart || editor.end + minPromptBytes <= offset)) {
    const { start, bytes } = log.read(editor.start - fillerSearchBytes, editor.start);
    return start + (fillerBefore(bytes) ?? bytes.length);
  }
  const { start, bytes } = log.read(Math.max(lineStart - fillerSearchBytes, offset - maxLineBytes), offset);
  const filler = fillerIn(bytes);
  return filler === undefined ? Math.max(lineStart, log.extent().first) : start + filler;
}
