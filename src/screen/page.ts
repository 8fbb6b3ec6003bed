import { emptyRow, eraseCells, renderCells } from "./row.ts";
import type { Row } from "./row.ts";
import type { Scrollback } from "./scrollback.ts";

/** The rows that the cursor can reach, with the scroll region and the alternate screen. Rows count from 0. */
export class Page {
  readonly cols: number;
  readonly scrollback: Scrollback;
  rows: Row[];
  top = 0;
  bottom: number;
  private mainRows: Row[] | undefined;

  constructor(cols: number, rows: number, scrollback: Scrollback) {
    this.cols = cols;
    this.scrollback = scrollback;
    this.rows = Array.from({ length: rows }, emptyRow);
    this.bottom = rows - 1;
  }

  get isAlternate(): boolean {
    return this.mainRows !== undefined;
  }

  /** The rows of the main screen, whichever is shown. */
  get main(): readonly Row[] {
    return this.mainRows ?? this.rows;
  }

  row(index: number): Row {
    const row = this.rows[index];
    if (row === undefined) throw new RangeError(`no row ${index}`);
    return row;
  }

  /** As in tmux, the region's first row goes to the scrollback even when the region does not begin at the top. */
  scrollUp(): void {
    const gone = this.take(this.top);
    this.rows.splice(this.bottom, 0, emptyRow());
    this.keep(gone);
  }

  scrollDown(): void {
    this.take(this.bottom);
    this.rows.splice(this.top, 0, emptyRow());
    this.breakAbove(this.top);
  }

  /** Outside the scroll region the rows move to the page's end. */
  insertRows(at: number, count: number): void {
    const end = this.regionEnd(at);
    const moved = Math.min(count, end - at);
    this.rows.splice(end - moved, moved);
    this.rows.splice(at, 0, ...Array.from({ length: moved }, emptyRow));
    this.breakAbove(at);
  }

  deleteRows(at: number, count: number): void {
    const end = this.regionEnd(at);
    const moved = Math.min(count, end - at);
    this.rows.splice(at, moved);
    this.rows.splice(end - moved, 0, ...Array.from({ length: moved }, emptyRow));
    this.breakAbove(at);
    this.breakAbove(end - moved);
  }

  eraseRows(from: number, to: number): void {
    for (let index = from; index < to; index++) this.rows[index] = emptyRow();
    if (from < to) this.breakAbove(from);
  }

  /** Columns `from` up to `to` of a row; what is erased to the margin no longer goes on in the next row. */
  erase(index: number, from: number, to: number): void {
    if (from === 0 && to >= this.cols) return this.eraseRows(index, index + 1);
    const row = this.row(index);
    eraseCells(row, from, to);
    if (to >= this.cols) row.wrapped = false;
  }

  /** The main screen's rows up to the last one used go to the scrollback, as tmux does. */
  clear(): void {
    if (!this.isAlternate) {
      const used = this.rows.findLastIndex((row) => row.text !== "") + 1;
      for (const row of this.rows.slice(0, used)) this.keep(row);
    }
    this.eraseRows(0, this.rows.length);
  }

  showAlternate(): void {
    if (this.mainRows !== undefined) return;
    this.mainRows = this.rows;
    this.rows = Array.from({ length: this.rows.length }, emptyRow);
  }

  showMain(): void {
    if (this.mainRows === undefined) return;
    this.rows = this.mainRows;
    this.mainRows = undefined;
  }

  /** Whether `row`'s text goes on in the row below it; it must still reach the margin. */
  continues(row: Row): boolean {
    return row.wrapped && row.text.length >= this.cols - 1;
  }

  /**
   * zsh marks output that ends without a line feed: a mark and `cols` - 1 spaces, which end in the next row where
   * anything stood before it, then CR, a space, CR. To be called at that second CR: the row is empty then.
   */
  dropPromptPadding(index: number): void {
    const row = this.row(index);
    if (!/^ +$/.test(row.text)) return;
    const above = this.rows[index - 1];
    const markAt = row.text.length % this.cols;
    if (markAt > 0) {
      const hasMark =
        above?.wrapped === true && above.text.length === this.cols && above.text[markAt] !== " ";
      if (!hasMark || /[^ ]/.test(above.text.slice(markAt + 1))) return;
      above.text = above.text.slice(0, markAt + 1);
    }
    row.text = "";
    this.breakAbove(index);
  }

  /** What `index` held no longer goes on from the row above it. */
  private breakAbove(index: number): void {
    const above = this.rows[index - 1];
    if (above !== undefined) above.wrapped = false;
    else if (!this.isAlternate) this.scrollback.endLine();
  }

  private take(index: number): Row {
    return this.rows.splice(index, 1)[0] ?? emptyRow();
  }

  private keep(row: Row): void {
    if (!this.isAlternate) this.scrollback.push(renderCells(row), this.continues(row));
  }

  private regionEnd(at: number): number {
    return at < this.top || at > this.bottom ? this.rows.length : this.bottom + 1;
  }
}
