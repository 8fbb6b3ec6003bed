// tmux(1), CONTROL MODE, and control.c and cmd-queue.c of 2.6 to 3.7c (read 2025-11).

/** `lines` are decoded as UTF-8 with U+FFFD for what is none. */
export type ControlEvent =
  | { readonly kind: "block"; readonly ok: boolean; readonly lines: readonly string[] }
  | { readonly kind: "notification"; readonly name: string; readonly args: string }
  | { readonly kind: "exit"; readonly reason: string }
  | { readonly kind: "broken"; readonly reason: string };

export type ControlLimits = { readonly maxLineBytes: number; readonly maxBlockBytes: number };

type OpenBlock = {
  readonly guard: string;
  readonly lines: string[];
  bytes: number;
  exactLines: number | undefined;
};

const newline = 10;

/**
 * Bytes in, events out, one at a time. Once broken (a limit passed, or a line that tmux never sends) it stays so:
 * `next` says it once and ignores all that follows.
 */
export class ControlParser {
  readonly #limits: ControlLimits;
  #pending: Buffer = Buffer.alloc(0);
  #parts: Uint8Array[] = [];
  #searched = 0;
  #block: OpenBlock | undefined;
  #lastNumber = -1;
  #exactLines: number | undefined;
  #broken = false;

  constructor(limits: ControlLimits = { maxLineBytes: 1 << 20, maxBlockBytes: 16 << 20 }) {
    this.#limits = limits;
  }

  push(bytes: Uint8Array): void {
    if (!this.#broken) this.#parts.push(bytes);
  }

  /**
   * The next block, if it succeeds, has exactly `count` lines, so that none of them is taken for its end: what a
   * host draws on the screen could look like one.
   */
  expectLines(count: number): void {
    this.#exactLines = count;
  }

  next(): ControlEvent | undefined {
    while (!this.#broken) {
      const line = this.#takeLine();
      if (line === undefined) return this.#broken ? this.#break("a line is too long") : undefined;
      const event = this.#block === undefined ? this.#outside(line) : this.#inside(this.#block, line);
      if (event !== undefined) return event;
    }
    return undefined;
  }

  #takeLine(): Buffer | undefined {
    if (this.#parts.length > 0) {
      this.#pending = Buffer.concat([this.#pending, ...this.#parts]);
      this.#parts = [];
    }
    const end = this.#pending.indexOf(newline, this.#searched);
    const length = end < 0 ? this.#pending.length : end;
    if (length > this.#limits.maxLineBytes) {
      this.#broken = true;
      return undefined;
    }
    this.#searched = end < 0 ? length : 0;
    if (end < 0) return undefined;
    const line = this.#pending.subarray(0, end);
    this.#pending = this.#pending.subarray(end + 1);
    return line;
  }

  #outside(line: Buffer): ControlEvent | undefined {
    const text = line.toString("utf8");
    const begin = /^%begin (\d+ (\d+) \d+)$/.exec(text);
    if (begin?.[1] !== undefined) {
      const number = Number(begin[2]);
      if (number <= this.#lastNumber) return this.#break("a block number came twice");
      this.#lastNumber = number;
      this.#block = { guard: begin[1], lines: [], bytes: 0, exactLines: this.#exactLines };
      this.#exactLines = undefined;
      return undefined;
    }
    const match = /^%([a-z][a-z-]*)(?: (.*))?$/s.exec(text);
    const name = match?.[1];
    if (name === undefined || name === "begin" || name === "end" || name === "error") {
      return this.#break(`tmux said ${JSON.stringify(text.slice(0, 80))} outside any reply`);
    }
    const args = match?.[2] ?? "";
    return name === "exit" ? { kind: "exit", reason: args } : { kind: "notification", name, args };
  }

  #inside(block: OpenBlock, line: Buffer): ControlEvent | undefined {
    const text = line.toString("utf8");
    const wanted = block.exactLines;
    if (wanted === undefined || block.lines.length >= wanted) {
      const ok = text === `%end ${block.guard}`;
      if (ok || text === `%error ${block.guard}`) {
        this.#block = undefined;
        return { kind: "block", ok, lines: block.lines };
      }
      if (wanted !== undefined) return this.#break("a reply has more lines than it must have");
    }
    block.bytes += line.length + 1;
    if (block.bytes > this.#limits.maxBlockBytes) return this.#break("a reply is too long");
    block.lines.push(text);
    return undefined;
  }

  #break(reason: string): ControlEvent {
    this.#broken = true;
    this.#block = undefined;
    this.#parts = [];
    this.#pending = Buffer.alloc(0);
    return { kind: "broken", reason };
  }
}
