import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

import { z } from "zod";

/**
 * One step of a command of ours. `typed`: its text is about to be typed at log offset `offset`; `sent`: Enter is
 * about to be pressed there; `cleared`: its text was taken off the line again. A `typed` that nothing follows is
 * left-over text of a process that died. `input`: `text` and `keys` are about to be typed into what the command runs.
 */
const recordSchema = z.object({
  step: z.enum(["typed", "sent", "cleared", "input"]),
  id: z.string().regex(/^c\d+$/),
  incarnation: z.string(),
  offset: z.number().int(),
  at: z.string(),
  pid: z.number().int(),
  client: z.string(),
  command: z.string(),
  /** The shell's number and its counter at the prompt that it was typed at, where the shell tells them. */
  aid: z.string().optional(),
  counter: z.number().int().optional(),
  text: z.string().optional(),
  keys: z.array(z.string()).optional(),
});

export type LedgerRecord = z.infer<typeof recordSchema>;

/** Longer than any record: a command has at most 128 KiB, JSON may write a character as six. */
const tailBytes = 1_048_576;

/** `SESSION.commands.jsonl`, appended under the session's input lock. */
export class Ledger {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  append(record: LedgerRecord): void {
    const descriptor = openSync(
      this.#path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      writeSync(descriptor, `${JSON.stringify(record)}\n`);
    } finally {
      closeSync(descriptor);
    }
  }

  /** The newest record of a command's own, or undefined. A line cut short by a crash is passed over. */
  last(): LedgerRecord | undefined {
    return this.find(({ step }) => step !== "input");
  }

  /** The newest record that `wanted` takes, among those of the last megabyte. */
  find(wanted: (record: LedgerRecord) => boolean): LedgerRecord | undefined {
    const lines = this.#readTail().split("\n");
    for (let index = lines.length - 1; index >= 0; index--) {
      const record = parseRecord(lines[index] ?? "");
      if (record !== undefined && wanted(record)) return record;
    }
    return undefined;
  }

  #readTail(): string {
    let descriptor: number;
    try {
      descriptor = openSync(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    }
    try {
      const size = fstatSync(descriptor).size;
      const bytes = Buffer.alloc(Math.min(size, tailBytes));
      const count = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString("utf8", 0, count);
    } finally {
      closeSync(descriptor);
    }
  }
}

function parseRecord(line: string): LedgerRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
