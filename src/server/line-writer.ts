/** `Bun.stdout.writer()`, or anything that takes text and flushes it. */
export type ByteSink = { write(text: string): unknown; flush(): unknown };

/** Writes JSON values, one a line and one after another; after the first failure (EPIPE) it writes no more. */
export class LineWriter {
  readonly lost: Promise<void>;
  readonly #sink: ByteSink;
  readonly #reportLost: () => void;
  #last: Promise<void> = Promise.resolve();
  #isLost = false;

  constructor(sink: ByteSink) {
    this.#sink = sink;
    const lost = Promise.withResolvers<void>();
    this.lost = lost.promise;
    this.#reportLost = lost.resolve;
  }

  /** Resolves when the line has left this process, or never will. */
  write(value: unknown): Promise<void> {
    this.#last = this.#last.then(() => this.#writeLine(value));
    return this.#last;
  }

  async #writeLine(value: unknown): Promise<void> {
    if (this.#isLost) return;
    try {
      this.#sink.write(`${JSON.stringify(value)}\n`);
      await this.#sink.flush();
    } catch {
      this.#isLost = true;
      this.#reportLost();
    }
  }
}
