import { CellWidths } from "./cell-width.ts";
import { applyControl, applyEscape, applySequence } from "./control-functions.ts";
import { EscapeParser } from "./escape-parser.ts";
import { renderCells, renderRow, WIDE_REST } from "./row.ts";
import { LongLine, Scrollback } from "./scrollback.ts";
import { Terminal } from "./terminal.ts";

const MAX_COLS = 1000;
const MAX_ROWS = 1000;
/** DEC special graphics for the bytes 0x5f to 0x7e. */
const LINE_DRAWING = " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

export type RendererSize = { readonly cols: number; readonly rows: number; readonly maxLines: number };

/**
 * `lines`: logical lines (rows that wrapped are one), of the scrollback and the main screen, at most `maxLines`
 * (or what fills the page, if that is more); the last one is the cursor's or the last with text. `droppedLines` were
 * left out above them. `before` and `after` are the cursor's line on both sides of it; `before` is padded with
 * spaces when the cursor stands beyond the text.
 */
export type RenderedLines = {
  readonly lines: string[];
  readonly droppedLines: number;
  readonly cursor: { readonly line: number; readonly before: string; readonly after: string };
  readonly alternate: boolean;
};

/**
 * Renders a terminal's byte stream as lines, as a person would read them on scrolling up. Never throws on its
 * input; memory and time per byte are bounded. What is drawn on the alternate screen is not part of the lines.
 */
export class LineRenderer {
  private readonly maxLines: number;
  private readonly terminal: Terminal;
  private readonly scrollback: Scrollback;
  private readonly parser = new EscapeParser();
  private readonly widths = new CellWidths();
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private mayHoldPartial = false;
  private lastPrinted = "";
  /** How much of CR, space, CR was just read. */
  private blanking: 0 | 1 | 2 = 0;
  private charsets = [false, false];
  private shift = 0;

  constructor(size: RendererSize) {
    const cols = clamp(size.cols, MAX_COLS);
    const rows = clamp(size.rows, MAX_ROWS);
    this.maxLines = Math.max(Math.floor(size.maxLines), rows);
    this.scrollback = new Scrollback(this.maxLines);
    this.terminal = new Terminal(cols, rows, this.scrollback);
  }

  write(bytes: Uint8Array): void {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < data.length;) {
      if (!this.parser.inGround) {
        at = this.parser.advance(data, at, 0);
        this.applyOutcome();
        continue;
      }
      const start = at;
      let bits = 0;
      for (; at < data.length; at++) {
        const byte = data[at] ?? 0;
        if (byte < 0x20 || byte === 0x7f) break;
        bits |= byte;
      }
      if (at > start) this.printBytes(data, start, at, bits < 0x80);
      if (at < data.length) this.applyByte(data[at++] ?? 0);
    }
  }

  /** Of the lines only the newest `most`, or what fills the page. */
  read(most = this.maxLines): RenderedLines {
    const { terminal, scrollback } = this;
    const { page } = terminal;
    const { x, y } = terminal.mainCursor;
    const lines: string[] = [];
    let cursor = { line: 0, before: "", after: "" };
    let line = scrollback.openText?.clone() ?? new LongLine();
    const last = Math.max(
      y,
      page.main.findLastIndex((row) => row.text !== ""),
    );
    let isCursorLine = false;
    for (const [index, row] of page.main.slice(0, last + 1).entries()) {
      if (index === y) {
        const left = line.clone();
        left.append(renderCells(row, 0, x) + " ".repeat(Math.max(0, x - row.text.length)));
        cursor = { line: lines.length, before: left.toString(), after: renderCells(row, x) };
        isCursorLine = true;
      } else if (isCursorLine) cursor.after += renderCells(row);
      line.append(renderCells(row));
      if (page.continues(row) && index < last) continue;
      lines.push(line.toString());
      line = new LongLine();
      isCursorLine = false;
    }
    const kept = scrollback.last(Math.min(most, this.maxLines) - lines.length);
    return {
      lines: [...kept, ...lines],
      droppedLines: scrollback.dropped + scrollback.length - kept.length,
      cursor: { ...cursor, line: cursor.line + kept.length },
      alternate: page.isAlternate,
    };
  }

  /** The rows as they look now, the alternate screen's if that is on, and the cursor in them from 0, 0. */
  readPage(): { rows: string[]; cursor: { x: number; y: number } } {
    const { page, x, y } = this.terminal;
    return { rows: page.rows.map(renderRow), cursor: { x, y } };
  }

  private printBytes(data: Buffer, start: number, end: number, isAscii: boolean): void {
    if (isAscii && !this.mayHoldPartial) {
      const text = data.toString("latin1", start, end);
      this.lastPrinted = text.slice(-1);
      this.blanking = text === " " && this.blanking === 1 ? 2 : 0;
      this.terminal.print(this.charsets[this.shift] ? drawLines(text) : text);
      return;
    }
    this.lastPrinted = "";
    this.blanking = 0;
    this.mayHoldPartial = (data[end - 1] ?? 0) >= 0x80;
    this.printText(this.decoder.decode(data.subarray(start, end), { stream: true }));
  }

  private printText(text: string): void {
    const { terminal } = this;
    let cells = "";
    let from = 0;
    for (let at = 0; at < text.length;) {
      const codePoint = text.codePointAt(at) ?? 0;
      const width = codePoint < 0x80 ? 1 : this.widths.of(codePoint);
      const end = at + (codePoint > 0xffff ? 2 : 1);
      if (width !== 1 || codePoint > 0xffff || (terminal.joinsNext && codePoint >= 0x80)) {
        cells += text.slice(from, at);
        from = end;
        if (width === 2 && codePoint <= 0xffff && terminal.wraps && !terminal.joinsNext)
          cells += text.slice(at, end) + WIDE_REST;
        else {
          terminal.print(cells);
          cells = "";
          if (codePoint < 0x80 || codePoint >= 0xa0) terminal.printGlyph(text.slice(at, end), width);
        }
      }
      at = end;
    }
    terminal.print(cells + text.slice(from));
  }

  private applyByte(byte: number): void {
    if (this.mayHoldPartial) {
      this.mayHoldPartial = false;
      this.printText(this.decoder.decode());
    }
    if (byte === 0x1b) this.parser.begin(0);
    else this.applyControl(byte);
  }

  private applyControl(byte: number): void {
    if (byte === 0x0e) this.shift = 1;
    else if (byte === 0x0f) this.shift = 0;
    else applyControl(this.terminal, byte);
    if (byte !== 0x7f) this.lastPrinted = "";
    if (byte === 0x0d && this.blanking === 2) this.terminal.page.dropPromptPadding(this.terminal.y);
    this.blanking = byte === 0x0d ? 1 : 0;
  }

  private applyOutcome(): void {
    const { outcome, final, intermediates, parameters } = this.parser;
    if (outcome === "nothing" || outcome === "osc") return;
    if (outcome === "control") return this.applyControl(final);
    this.blanking = 0;
    if (outcome === "csi" && final !== 0x6d) {
      const letter = String.fromCharCode(final);
      if (letter === "b" && intermediates === "") this.repeatLast(parameters[0] ?? 1);
      else applySequence(this.terminal, intermediates, letter, parameters);
    } else if (outcome === "escape") {
      if (intermediates === "(" || intermediates === ")") this.designate(intermediates, final);
      else applyEscape(this.terminal, intermediates, String.fromCharCode(final));
      if (final === 0x63 && intermediates === "") this.resetCharsets();
    }
    this.lastPrinted = "";
  }

  /** As in tmux: ASCII alone, directly after it was printed, and not past the margin. */
  private repeatLast(count: number): void {
    const room = this.terminal.page.cols - this.terminal.x;
    const repeated = this.lastPrinted.repeat(Math.max(0, Math.min(Math.max(count, 1), room)));
    this.terminal.print(this.charsets[this.shift] ? drawLines(repeated) : repeated);
  }

  private designate(set: string, final: number): void {
    if (final === 0x30 || final === 0x42) this.charsets[set === "(" ? 0 : 1] = final === 0x30;
  }

  private resetCharsets(): void {
    this.charsets = [false, false];
    this.shift = 0;
  }
}

/** The lines of one piece of output; without the empty one that a final line feed begins. */
export function renderLines(bytes: Uint8Array, size: RendererSize): string[] {
  const renderer = new LineRenderer(size);
  renderer.write(bytes);
  return linesOf(renderer);
}

/** What a renderer has read so far, without the empty line that a final line feed begins. */
export function linesOf(renderer: LineRenderer): string[] {
  const { lines, cursor } = renderer.read();
  const isAtEmptyEnd = cursor.line === lines.length - 1 && lines[cursor.line] === "";
  return isAtEmptyEnd ? lines.slice(0, -1) : lines;
}

function drawLines(text: string): string {
  return text.replace(/[_-~]/g, (letter) => LINE_DRAWING[letter.charCodeAt(0) - 0x5f] ?? letter);
}

function clamp(value: number, most: number): number {
  return Math.max(1, Math.min(Math.floor(value), most));
}
