import { print } from "../print.ts";

const begin = "\u001b[?1049h\u001b[?25l\u001b[2J";
const end = "\u001b[0m\u001b[?25h\u001b[?1049l";
const signals = ["SIGTERM", "SIGHUP", "SIGINT"] as const;

/** The whole of this process's terminal, key by key; disposing it gives the terminal back as it was. `changed`: a key, a new size or the end. */
export class FullScreen implements Disposable {
  readonly #changed: () => void;
  readonly #restore = () => this.#giveBack();
  #ended: "left" | "interrupted" | undefined;
  #turns = 0;
  #isOurs = true;

  constructor(changed: () => void) {
    this.#changed = changed;
    process.stdin.setRawMode(true);
    process.stdin.on("data", this.#take);
    process.stdin.on("end", this.#interrupt);
    process.stdout.on("resize", this.#changed);
    for (const signal of signals) process.on(signal, this.#interrupt);
    process.on("exit", this.#restore);
    print(1, begin);
  }

  get ended(): "left" | "interrupted" | undefined {
    return this.#ended;
  }

  get size(): { readonly cols: number; readonly rows: number } {
    const [cols = 80, rows = 24] = process.stdout.getWindowSize();
    return { cols: Math.max(1, cols), rows: Math.max(1, rows) };
  }

  /** Pages to go on (or back) since the last call. */
  takeTurns(): number {
    const turns = this.#turns;
    this.#turns = 0;
    return turns;
  }

  /** Each row must fill the width. */
  draw(rows: readonly string[]): void {
    const placed = rows.map((row, at) => `\u001b[${at + 1};1H${row}`);
    print(1, placed.join(""));
  }

  [Symbol.dispose](): void {
    process.stdin.off("data", this.#take);
    process.stdin.off("end", this.#interrupt);
    process.stdout.off("resize", this.#changed);
    for (const signal of signals) process.off(signal, this.#interrupt);
    process.off("exit", this.#restore);
    this.#giveBack();
    process.stdin.pause();
  }

  readonly #take = (bytes: Buffer): void => {
    for (const key of bytes.toString("latin1")) {
      if (key === "q" || key === "\u0004") this.#ended ??= "left";
      if (key === "\u0003") this.#ended ??= "interrupted";
      if (key === " " || key === "n") this.#turns++;
      if (key === "b" || key === "p") this.#turns--;
    }
    this.#changed();
  };

  readonly #interrupt = (): void => {
    this.#ended ??= "interrupted";
    this.#changed();
  };

  #giveBack(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    process.stdin.setRawMode(false);
    print(1, end);
  }
}
