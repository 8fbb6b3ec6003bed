import { renderLines } from "../screen/line-renderer.ts";

/** How wide the terminal is that the bytes were written for. */
export type Width = { readonly cols: number };

const lineRows = 4;
const enterAlternate = Buffer.from("\x1b[?1049h");
/** What changes nothing of a line that is written from left to right: colours, titles, marks, modes, erase to its end. */
const harmless =
  /\x1b\[[0-9;:]*m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?(?:2004|2026|1|25)[hl]|\x1b\[K|\x1b[=>]/g;

/**
 * The text of one line of the log, without its line feed, as it stood when it was written. `alternate`: it began on
 * the alternate screen, of which nothing is told.
 */
export function lineText(line: Buffer, alternate: boolean, { cols }: Width): string {
  if (!alternate) {
    const bytes = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
    const latin = bytes.toString("latin1");
    if (!/[^\t\x20-\x7e]/.test(latin)) return latin;
    const text = bytes.toString("utf8").replace(harmless, "");
    if (!/[^\P{Cc}\t]/u.test(text)) return text;
  }
  const bytes = alternate ? Buffer.concat([enterAlternate, line]) : line;
  return renderLines(bytes, { cols, rows: lineRows, maxLines: lineRows }).join(" ").trimEnd();
}
