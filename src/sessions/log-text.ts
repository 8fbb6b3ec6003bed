import { LineRenderer, type RenderedLines } from "../screen/line-renderer.ts";

/** So much is written at once, which cannot be more lines than are kept. */
export const pieceBytes = 65_536;
const usualLines = 4_096;

/** The lines of a part of a log of any length, given out as soon as they stand; in bounded memory. */
export class LogText {
  readonly #renderer: LineRenderer;
  readonly #rows: number;
  /** How many lines were given out, from the first one on. */
  #given = 0;

  constructor({ cols, rows }: { readonly cols: number; readonly rows: number }) {
    this.#rows = rows;
    this.#renderer = new LineRenderer({ cols, rows, maxLines: pieceBytes + rows });
  }

  /** At most `pieceBytes`. The lines that have left the page, which nothing can change any more. */
  take(bytes: Uint8Array): string[] {
    this.#renderer.write(bytes);
    return this.#give(({ total }) => total - this.#rows);
  }

  /** Also those on the page above the cursor, for somebody who waits for them. */
  standing(): string[] {
    return this.#give(({ cursorLine }) => cursorLine);
  }

  /** All that are left. */
  end(): string[] {
    return this.#give(({ total }) => total);
  }

  #give(until: (place: { readonly total: number; readonly cursorLine: number }) => number): string[] {
    const { lines, droppedLines, cursor } = this.#readNew();
    const isAtEmptyEnd = cursor.line === lines.length - 1 && lines[cursor.line] === "";
    const total = droppedLines + lines.length - (isAtEmptyEnd ? 1 : 0);
    const cursorLine = droppedLines + cursor.line;
    // What was cleared or gone back over is written anew.
    const start = Math.min(this.#given, cursorLine);
    const end = Math.max(start, until({ total, cursorLine }));
    this.#given = end;
    return lines.slice(Math.max(0, start - droppedLines), Math.max(0, end - droppedLines));
  }

  /** Copying all that is kept for each piece would take longer than rendering it. */
  #readNew(): RenderedLines {
    const newest = this.#renderer.read(usualLines);
    return newest.droppedLines > this.#given ? this.#renderer.read() : newest;
  }
}
