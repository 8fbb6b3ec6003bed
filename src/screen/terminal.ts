import { Page } from "./page.ts";
import {
  clusterCell,
  deleteCells,
  emptyRow,
  insertGaps,
  joinToCell,
  WIDE_REST,
  writeCells,
  writeTab,
} from "./row.ts";
import type { Scrollback } from "./scrollback.ts";

const TAB_COLUMNS = 8;
const ZERO_WIDTH_JOINER = "\u200d";

type Position = { readonly x: number; readonly y: number };

/**
 * The cursor on the page, and what moves it. After the last column was written `x` equals `cols`: the next
 * character wraps first. Edge cases are tmux's (screen-write.c 3.3a, read 2026-11), since people see its screen.
 */
export class Terminal {
  readonly page: Page;
  x = 0;
  y = 0;
  wraps = true;
  inserts = false;
  private origin = false;
  /** A zero-width joiner came last. */
  joinsNext = false;
  private tabStops: boolean[] = [];
  private saved: Position & { origin: boolean } = { x: 0, y: 0, origin: false };
  private savedByAlternate: Position | undefined;

  constructor(cols: number, rows: number, scrollback: Scrollback) {
    this.page = new Page(cols, rows, scrollback);
    this.resetTabStops();
  }

  /** Characters in the form of `Row.text`; wide ones only while lines wrap. */
  print(cells: string): void {
    if (cells === "") return;
    this.joinsNext = false;
    const { cols } = this.page;
    for (let at = 0; at < cells.length;) {
      let end = at + cols - this.x;
      if (cells[end] === WIDE_REST) end--;
      if (end > at) {
        const piece = cells.slice(at, end);
        this.put(piece, piece.length);
        at += piece.length;
      } else if (!this.makeRoom(cells[at + 1] === WIDE_REST ? 2 : 1)) return;
      if (!this.wraps && this.x >= cols) {
        this.x = cols - 1;
        if (at < cells.length) at = cells.length - 1;
      }
    }
  }

  /** One character of any width; of width 0, or after a joiner, it joins the one before. */
  printGlyph(glyph: string, width: number): void {
    const joins = width === 0 || this.joinsNext;
    this.joinsNext = glyph === ZERO_WIDTH_JOINER;
    if (joins && (joinToCell(this.page.row(this.y), this.x, glyph) || width === 0)) return;
    if (this.x > this.page.cols - width && !this.makeRoom(width)) return;
    const cell = clusterCell(this.page.row(this.y), glyph);
    this.put(width === 2 ? cell + WIDE_REST : cell, width);
    if (!this.wraps && this.x >= this.page.cols) this.x = this.page.cols - 1;
  }

  lineFeed(): void {
    if (this.y === this.page.bottom) this.page.scrollUp();
    else if (this.y < this.page.rows.length - 1) this.y++;
  }

  reverseLineFeed(): void {
    if (this.y === this.page.top) this.page.scrollDown();
    else if (this.y > 0) this.y--;
  }

  /** From the first column of a row that goes on from the one above, back to that one. */
  backspace(): void {
    if (this.x > 0) this.x--;
    else if (this.y > 0 && this.page.row(this.y - 1).wrapped) {
      this.y--;
      this.x = this.page.cols - 1;
    }
  }

  tab(): void {
    const from = this.x;
    if (from >= this.page.cols - 1) return;
    do this.x++;
    while (this.x < this.page.cols - 1 && !this.tabStops[this.x]);
    writeTab(this.page.row(this.y), from, this.x - from);
  }

  backTab(count: number): void {
    this.x = Math.min(this.x, this.page.cols - 1);
    for (let left = count; left > 0 && this.x > 0; left--) {
      do this.x--;
      while (this.x > 0 && !this.tabStops[this.x]);
    }
  }

  setTabStop(isStop: boolean): void {
    if (this.x < this.page.cols) this.tabStops[this.x] = isStop;
  }

  clearTabStops(): void {
    this.tabStops = [];
  }

  moveUp(count: number): void {
    const limit = this.y < this.page.top ? 0 : this.page.top;
    this.y = Math.max(this.y - count, limit);
    this.x = Math.min(this.x, this.page.cols - 1);
  }

  moveDown(count: number): void {
    const limit = this.y > this.page.bottom ? this.page.rows.length - 1 : this.page.bottom;
    this.y = Math.min(this.y + count, limit);
    this.x = Math.min(this.x, this.page.cols - 1);
  }

  moveLeft(count: number): void {
    this.x = Math.max(this.x - count, 0);
  }

  moveRight(count: number): void {
    this.x = Math.min(this.x + count, this.page.cols - 1);
  }

  moveToColumn(x: number): void {
    this.x = Math.min(x, this.page.cols - 1);
  }

  /** Within the scroll region when origin mode is on. */
  moveToRow(y: number): void {
    const { top, bottom, rows } = this.page;
    const row = !this.origin ? y : y > bottom - top ? bottom : y + top;
    this.y = Math.min(row, rows.length - 1);
  }

  setOriginMode(on: boolean): void {
    this.origin = on;
    this.x = 0;
    this.moveToRow(0);
  }

  setScrollRegion(top: number, bottom: number): void {
    const last = this.page.rows.length - 1;
    if (Math.min(top, last) >= Math.min(bottom, last)) return;
    this.page.top = top;
    this.page.bottom = Math.min(bottom, last);
    this.x = 0;
    this.y = 0;
  }

  /** Columns of the cursor's row; none when the cursor waits to wrap, unless they reach back from it. */
  erase(from: number, to: number): void {
    if (from < this.page.cols) this.page.erase(this.y, from, Math.min(to, this.page.cols));
  }

  insertCells(count: number): void {
    const room = this.page.cols - this.x;
    if (room > 0) insertGaps(this.page.row(this.y), this.x, Math.min(count, room), this.page.cols);
  }

  deleteCells(count: number): void {
    if (this.x < this.page.cols) deleteCells(this.page.row(this.y), this.x, count);
  }

  save(): void {
    this.saved = { x: this.x, y: this.y, origin: this.origin };
  }

  restore(): void {
    this.origin = this.saved.origin;
    this.moveToColumn(this.saved.x);
    this.y = this.saved.y;
  }

  showAlternate(savesCursor: boolean): void {
    if (savesCursor && !this.page.isAlternate) this.savedByAlternate = { x: this.x, y: this.y };
    this.page.showAlternate();
  }

  showMain(restoresCursor: boolean): void {
    if (restoresCursor && this.savedByAlternate !== undefined) {
      this.x = this.savedByAlternate.x;
      this.y = this.savedByAlternate.y;
    }
    this.page.showMain();
    this.x = Math.min(this.x, this.page.cols - 1);
  }

  /** Where the cursor of the main screen is, or will be again. */
  get mainCursor(): Position {
    return (this.page.isAlternate ? this.savedByAlternate : undefined) ?? this;
  }

  fillWithE(): void {
    this.page.rows = this.page.rows.map(() => ({ ...emptyRow(), text: "E".repeat(this.page.cols) }));
    this.page.top = 0;
    this.page.bottom = this.page.rows.length - 1;
    this.x = 0;
    this.y = 0;
  }

  reset(): void {
    this.resetTabStops();
    this.page.top = 0;
    this.page.bottom = this.page.rows.length - 1;
    this.wraps = true;
    this.inserts = false;
    this.origin = false;
    this.saved = { ...this.saved, x: 0, y: 0 };
    this.page.clear();
    this.x = 0;
    this.y = 0;
  }

  private resetTabStops(): void {
    this.tabStops = Array.from(
      { length: this.page.cols },
      (_, column) => column > 0 && column % TAB_COLUMNS === 0,
    );
  }

  private makeRoom(width: number): boolean {
    if (!this.wraps || width > this.page.cols) return false;
    this.page.row(this.y).wrapped = true;
    this.lineFeed();
    this.x = 0;
    return true;
  }

  private put(cells: string, columns: number): void {
    const row = this.page.row(this.y);
    if (this.inserts) insertGaps(row, this.x, columns, this.page.cols);
    writeCells(row, this.x, cells);
    this.x += columns;
  }
}
