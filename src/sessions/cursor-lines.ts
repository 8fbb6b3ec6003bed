import { LineRenderer } from "../screen/line-renderer.ts";
import type { CursorLine } from "./derive-state.ts";
import { withoutRightPrompt } from "./prompt.ts";

const maxLines = 10;

/**
 * The last line of a log read in up to three ways, the likeliest first: from where the line editor began (bash
 * switches bracketed paste on before its prompt), from the last lone CR (zsh and fish fill the line first, to stand at
 * a line's start), and whole. `editorAt` is the place in the log where the editor began, if one waits.
 */
export function cursorLines(
  { start, bytes }: { readonly start: number; readonly bytes: Uint8Array },
  editorAt: number | undefined,
  size: { readonly cols: number; readonly rows: number },
): CursorLine[] {
  const positions = [(editorAt ?? -1) - start, bytes.lastIndexOf(0x0d) + 1, 0];
  const within = positions.filter((at) => at >= 0 && at < bytes.length);
  return [...new Set(within)]
    .map((at) => ({ start: start + at, ...renderCursorLine(bytes.subarray(at), size) }))
    .filter(({ before, after }) => before !== "" || after !== "");
}

function renderCursorLine(bytes: Uint8Array, size: { readonly cols: number; readonly rows: number }) {
  const renderer = new LineRenderer({ ...size, maxLines });
  renderer.write(bytes);
  const { before, after } = renderer.read().cursor;
  return { before, after: withoutRightPrompt(after) };
}
