const newline = 0x0a;

/** A line without its end; `oversize` stands for one that was discarded since it exceeded the limit. */
export type Line = { readonly kind: "line"; readonly bytes: Uint8Array } | { readonly kind: "oversize" };

/** Cuts bytes, however chunked, into lines of at most `maxBytes`; a longer one is skipped up to its end. */
export class LineReader {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #size = 0;
  #discarding = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end), lines);
      if (!this.#discarding) lines.push({ kind: "line", bytes: this.#take() });
      this.#discarding = false;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start), lines);
    return lines;
  }

  /** What stands after the last newline when the input ends. */
  end(): Line[] {
    return this.#size === 0 ? [] : [{ kind: "line", bytes: this.#take() }];
  }

  #keep(part: Uint8Array, lines: Line[]): void {
    if (this.#discarding || part.length === 0) return;
    if (this.#size + part.length > this.#maxBytes) {
      this.#take();
      this.#discarding = true;
      lines.push({ kind: "oversize" });
      return;
    }
    this.#parts.push(part);
    this.#size += part.length;
  }

  #take(): Uint8Array {
    const [only] = this.#parts;
    const line = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return line;
  }
}
