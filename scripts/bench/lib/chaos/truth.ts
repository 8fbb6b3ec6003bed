import { closeSync, openSync, readSync } from "node:fs";

/** What a run of on-host.sh noted; times are of the wall clock. `end` is missing of what was cut off. */
export type Ran = {
  readonly starts: number;
  readonly end: { readonly code: number; readonly atMs: number } | undefined;
  readonly ends: number;
  readonly wasHungUp: boolean;
};

const never: Ran = { starts: 0, end: undefined, ends: 0, wasHungUp: false };

/** What really ran, as the hosts' files have it, whatever the product says. */
export class Truth {
  readonly #files: { readonly path: string; at: number; rest: string }[] = [];
  readonly #ran = new Map<string, Ran>();

  watch(path: string): void {
    this.#files.push({ path, at: 0, rest: "" });
  }

  of(token: string): Ran {
    for (const file of this.#files) this.#readOn(file);
    return this.#ran.get(token) ?? never;
  }

  /** Every token that ever ran. */
  all(): ReadonlyMap<string, Ran> {
    for (const file of this.#files) this.#readOn(file);
    return this.#ran;
  }

  #readOn(file: { readonly path: string; at: number; rest: string }): void {
    const descriptor = openSync(file.path, "r");
    try {
      const piece = Buffer.alloc(65_536);
      for (;;) {
        const count = readSync(descriptor, piece, 0, piece.length, file.at);
        if (count === 0) return;
        file.at += count;
        const lines = (file.rest + piece.toString("latin1", 0, count)).split("\n");
        file.rest = lines.pop() ?? "";
        for (const line of lines) this.#note(line);
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #note(line: string): void {
    const [token = "", what, value, at] = line.split(" ");
    const before = this.#ran.get(token) ?? never;
    const end = before.end ?? { code: Number(value), atMs: Number(at) };
    if (what === "start") this.#ran.set(token, { ...before, starts: before.starts + 1 });
    if (what === "end") this.#ran.set(token, { ...before, end, ends: before.ends + 1 });
    if (what === "hup") this.#ran.set(token, { ...before, wasHungUp: true });
  }
}
