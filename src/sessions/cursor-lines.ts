import { LineRenderer } from "../screen/line-renderer.ts";
import type { CursorLine } from "./derive-state.ts";
import { withoutRightPrompt } from "./prompt.ts";

const maxLines = 10;

/**
 * The last line of a log read in up to four ways, the likeliest first: from where the line editor began (bash
 * switches bracketed paste on before its prompt), from the last lone CR (zsh and fish fill the line first, to stand at
 * a line's start), from the prompt's mark, since output may stand before it, and whole. `places` are those of the
 * editor and of the mark in the log, if there are such.
 */
export function cursorLines(
  { start, bytes }: { readonly start: number; readonly bytes: Uint8Array },
  places: { readonly editorAt: number | undefined; readonly markAt: number | undefined },
  size: { readonly cols: number; readonly rows: number },
): CursorLine[] {
  const { editorAt = -1, markAt = -1 } = places;
  const positions = [editorAt - start, bytes.lastIndexOf(0x0d) + 1, markAt - start, 0];
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
