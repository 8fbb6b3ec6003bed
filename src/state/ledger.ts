import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync } from "node:fs";

import { z } from "zod";

import { writeFileAtomically } from "../platform/atomic-file.ts";
import { storageFailure } from "../platform/storage-failure.ts";
import { appendLine } from "./append-line.ts";
import { whereSchema } from "./where-schema.ts";

/**
 * One step of a command of ours. `typed`: its text is about to be typed at log offset `offset`; `sent`: Enter is
 * about to be pressed there; `cleared`: its text was taken off the line again. A `typed` that nothing follows is
 * left-over text of a process that died. `input`: `text` and `keys` are about to be typed into what the command runs;
 * `secret` is the name of the one that is, and `asker` the process on the host that asked for it.
 */
const recordSchema = z.object({
  step: z.enum(["typed", "sent", "cleared", "input"]),
  id: z.string().regex(/^c\d+$/),
  incarnation: z.string(),
  /** Of the session's ssh, counted as in state.json; ledgers of before have none. */
  epoch: z.number().int().optional(),
  offset: z.number().int(),
  at: z.string(),
  pid: z.number().int(),
  client: z.string(),
  command: z.string(),
  /** The shell's number and its counter at the prompt that it was typed at, where the shell tells them. */
  aid: z.string().optional(),
  counter: z.number().int().optional(),
  /** Where that shell said it was. */
  where: whereSchema.optional(),
  text: z.string().optional(),
  keys: z.array(z.string()).optional(),
  /** Enter was pressed, so that what asked has its answer. */
  enter: z.boolean().optional(),
  secret: z.string().optional(),
  asker: z.number().int().optional(),
});

export type LedgerRecord = z.infer<typeof recordSchema>;

/**
 * How a sent command has ended: its output stands at log offsets `start` (where known) to `end`. `ran` is false for what
 * the shell did not run, `cut` says that ssh ended first. Whoever sees an end may write it; of several the first counts.
 */
const endedSchema = z.object({
  step: z.literal("ended"),
  id: z.string().regex(/^c\d+$/),
  at: z.string(),
  exit: z.number().int().optional(),
  ran: z.boolean().optional(),
  cut: z.literal(true).optional(),
  start: z.number().int().optional(),
  end: z.number().int(),
});

export type EndedRecord = z.infer<typeof endedSchema>;

/** A ledger that has grown to `maxBytes` goes on with its newest `keptBytes`. */
const maxBytes = 16 * 1_048_576;
const keptBytes = 8 * 1_048_576;
const pieceBytes = 1_048_576;
const lineFeed = 0x0a;

/** Longer than any record: a command has at most 128 KiB, JSON may write a character as six. */
const tailBytes = 1_048_576;
/** The newest records stand in it; further back larger and larger steps are taken. */
const firstStepBytes = 4_096;

/** `SESSION.commands.jsonl`, appended under the session's input lock, but for ends, which anyone may note. */
export class Ledger {
  readonly #path: string;
  /** The answer of `last` for the file as it was; what is only ever appended to differs in size if at all. */
  #last: { readonly version: string; readonly record: LedgerRecord | undefined } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The whole record or, with STORAGE_FAILED, nothing of it. */
  append(record: LedgerRecord | EndedRecord): void {
    try {
      while (!this.#appendLine(`${JSON.stringify(record)}\n`));
    } catch (error) {
      throw storageFailure(error, this.#path) ?? error;
    }
  }

  /** False when the file was replaced meanwhile. */
  #appendLine(line: string): boolean {
    const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
    const descriptor = openSync(this.#path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
    try {
      const { size, ino } = fstatSync(descriptor);
      appendLine(descriptor, line);
      if (size > maxBytes) this.#shorten(descriptor);
      else return lstatSync(this.#path, { throwIfNoEntry: false })?.ino === ino;
    } finally {
      closeSync(descriptor);
    }
    return true;
  }

  /** What is too old to be asked for goes; where there is no room to write the rest anew, later. */
  #shorten(descriptor: number): void {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(keptBytes);
    const count = readSync(descriptor, bytes, 0, keptBytes, size - keptBytes);
    try {
      writeFileAtomically(this.#path, bytes.subarray(bytes.indexOf(lineFeed) + 1, count), { durable: false });
    } catch {
      return;
    }
  }

  /** The newest record of a command's own, or undefined. A line cut short by a crash is passed over. */
  last(): LedgerRecord | undefined {
    const facts = statSync(this.#path, { throwIfNoEntry: false });
    const version = `${facts?.ino} ${facts?.size}`;
    if (this.#last?.version !== version) {
      this.#last = { version, record: this.find(({ step }) => step !== "input") };
    }
    return this.#last.record;
  }

  /** The newest record that `wanted` takes, among those of the last megabyte. */
  find(wanted: (record: LedgerRecord) => boolean): LedgerRecord | undefined {
    for (const record of this.newest()) if (wanted(record)) return record;
    return undefined;
  }

  /** The records of the last megabyte, the newest first. */
  *newest(): Generator<LedgerRecord> {
    for (const line of this.#newestLines()) {
      const record = parseRecord(line);
      if (record !== undefined) yield record;
    }
  }

  /** The end of the command `id`, if it is noted in the last megabyte. */
  findEnd(id: string): EndedRecord | undefined {
    const wanted = `"id":"${id}"`;
    let first: EndedRecord | undefined;
    for (const line of this.#newestLines()) {
      if (!line.includes(wanted)) continue;
      const end = parseEnd(line);
      if (end?.id === id) first = end;
      else if (parseRecord(line)?.id === id) break;
    }
    return first;
  }

  /** Every record and end, oldest first, read piece by piece; with `id` those of one command alone. */
  *all(id?: string): Generator<LedgerRecord | EndedRecord> {
    const wanted = id === undefined ? "" : `"id":"${id}"`;
    for (const line of this.#lines()) {
      const record = line.includes(wanted) ? (parseRecord(line) ?? parseEnd(line)) : undefined;
      if (record !== undefined && (id === undefined || record.id === id)) yield record;
    }
  }

  *#lines(): Generator<string> {
    const descriptor = this.#open();
    if (descriptor === undefined) return;
    try {
      let rest = Buffer.alloc(0);
      const piece = Buffer.alloc(pieceBytes);
      for (let at = 0; ;) {
        const count = readSync(descriptor, piece, 0, piece.length, at);
        if (count === 0) return;
        at += count;
        const bytes = Buffer.concat([rest, piece.subarray(0, count)]);
        const end = bytes.lastIndexOf(lineFeed) + 1;
        yield* bytes.toString("utf8", 0, end).split("\n");
        rest = bytes.subarray(end);
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #open(): number | undefined {
    try {
      return openSync(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** The lines of the last megabyte, the newest first; one that begins before it is left out. */
  *#newestLines(): Generator<string> {
    const descriptor = this.#open();
    if (descriptor === undefined) return;
    try {
      let at = fstatSync(descriptor).size;
      const least = Math.max(0, at - tailBytes);
      let begun = Buffer.alloc(0);
      for (let step = firstStepBytes; at > least; step *= 4) {
        const piece = Buffer.alloc(Math.min(step, at - least));
        at -= piece.length;
        readSync(descriptor, piece, 0, piece.length, at);
        const bytes = Buffer.concat([piece, begun]);
        const from = at === 0 ? 0 : bytes.indexOf(lineFeed) + 1;
        begun = bytes.subarray(0, from);
        yield* bytes.toString("utf8", from).split("\n").reverse();
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

function parseRecord(line: string): LedgerRecord | undefined {
  return line.startsWith('{"step":"ended"') ? undefined : parseLine(recordSchema, line);
}

function parseEnd(line: string): EndedRecord | undefined {
  return line.startsWith('{"step":"ended"') ? parseLine(endedSchema, line) : undefined;
}

function parseLine<T>(schema: z.ZodType<T>, line: string): T | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
