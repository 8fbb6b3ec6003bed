/** A longer logical line keeps this much of its head and as much of its tail. */
const MAX_HALF_LINE = 512 * 1024;
const MAX_TEXT = 8 * 1024 * 1024;

/** Logical lines that have left the page: the newest `maxLines`, and at most about 8 million characters. */
export class Scrollback {
  dropped = 0;
  private readonly maxLines: number;
  private lines: string[] = [];
  private first = 0;
  private textLength = 0;
  private open: LongLine | undefined;

  constructor(maxLines: number) {
    this.maxLines = maxLines;
  }

  get length(): number {
    return this.lines.length - this.first;
  }

  /** The start of a line that goes on in the page's first row. */
  get openText(): LongLine | undefined {
    return this.open;
  }

  /** `continues`: the row that comes next belongs to the same line. */
  push(text: string, continues: boolean): void {
    if (continues || this.open !== undefined) {
      this.open ??= new LongLine();
      this.open.append(text);
      if (continues) return;
    }
    const line = this.open?.toString() ?? text;
    this.open = undefined;
    this.lines.push(line);
    this.textLength += line.length;
    while (this.length > this.maxLines || (this.textLength > MAX_TEXT && this.length > 1)) this.dropFirst();
  }

  /** The last line does not go on in the page, though its last row wrapped. */
  endLine(): void {
    if (this.open !== undefined) this.push("", false);
  }

  /** The newest `count` lines. */
  last(count: number): string[] {
    return count <= 0 ? [] : this.lines.slice(Math.max(this.first, this.lines.length - count));
  }

  clear(): void {
    this.lines = [];
    this.first = 0;
    this.textLength = 0;
    this.dropped = 0;
    this.open = undefined;
  }

  private dropFirst(): void {
    this.textLength -= this.lines[this.first]?.length ?? 0;
    this.lines[this.first] = "";
    this.first++;
    this.dropped++;
    if (this.first < 1024 || this.first * 2 < this.lines.length) return;
    this.lines = this.lines.slice(this.first);
    this.first = 0;
  }
}

/** A line of any length in bounded memory. */
export class LongLine {
  private head = "";
  private tail = "";
  private omitted = 0;

  append(text: string): void {
    if (this.tail === "" && this.head.length + text.length <= MAX_HALF_LINE) {
      this.head += text;
      return;
    }
    this.tail += text;
    if (this.tail.length <= 2 * MAX_HALF_LINE) return;
    this.omitted += this.tail.length - MAX_HALF_LINE;
    this.tail = this.tail.slice(-MAX_HALF_LINE);
  }

  clone(): LongLine {
    const copy = new LongLine();
    copy.head = this.head;
    copy.tail = this.tail;
    copy.omitted = this.omitted;
    return copy;
  }

  toString(): string {
    let { tail, omitted } = this;
    if (tail.length > MAX_HALF_LINE) {
      omitted += tail.length - MAX_HALF_LINE;
      tail = tail.slice(-MAX_HALF_LINE);
    }
    return omitted === 0 ? this.head + tail : `${this.head}[… ${omitted} characters left out …]${tail}`;
  }
}
