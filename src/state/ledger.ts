import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync } from "node:fs";

import { writeFileAtomically } from "../platform/atomic-file.ts";
import { newestLines } from "../platform/newest-lines.ts";
import { storageFailure } from "../platform/storage-failure.ts";
import { appendLine } from "./append-line.ts";
import {
  endThatCounts,
  parseEnd,
  parseHuman,
  parseRecord,
  type EndedRecord,
  type HumanRecord,
  type LedgerRecord,
} from "./ledger-records.ts";

export type { EndedRecord, LedgerRecord };

/** A ledger that has grown to `maxBytes` goes on with its newest `keptBytes`. */
const maxBytes = 16 * 1_048_576;
const keptBytes = 8 * 1_048_576;
const pieceBytes = 65_536;
const lineFeed = 0x0a;

/** Longer than any record: a command has at most 128 KiB, JSON may write a character as six. */
const tailBytes = 1_048_576;

/** `SESSION.commands.jsonl`, appended under the session's input lock, but for ends and what people ran, which anyone may note. */
export class Ledger {
  readonly #path: string;
  readonly #assertOwn: () => void;
  /** The answer of `last` for the file as it was; what is only ever appended to differs in size if at all. */
  #last: { readonly version: string; readonly record: LedgerRecord | undefined } | undefined;

  /** `assertOwn` is called whenever the file was opened, and throws where its folder is not to be relied on. */
  constructor(path: string, assertOwn: () => void = () => {}) {
    this.#path = path;
    this.#assertOwn = assertOwn;
  }

  /** The whole record or, with STORAGE_FAILED, nothing of it. */
  append(record: LedgerRecord | EndedRecord | HumanRecord): void {
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
      this.#assertOwn();
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
    const ends: EndedRecord[] = [];
    for (const line of this.#newestLines()) {
      if (!line.includes(wanted)) continue;
      const end = parseEnd(line);
      if (end?.id === id) ends.push(end);
      else if (parseRecord(line)?.id === id) break;
    }
    return ends.reduceRight<EndedRecord | undefined>(endThatCounts, undefined);
  }

  /** True when this is the first record of it, among those of the last megabyte. */
  noteHuman(record: HumanRecord): boolean {
    if (this.#firstHuman(record.end) !== undefined) return false;
    this.append(record);
    return this.#firstHuman(record.end)?.pid === record.pid;
  }

  #firstHuman(end: number): HumanRecord | undefined {
    let first: HumanRecord | undefined;
    for (const line of this.#newestLines()) {
      const record = parseHuman(line);
      if (record?.end === end) first = record;
    }
    return first;
  }

  /** Every record and end, oldest first, read piece by piece; with `id` those of one command alone. */
  *all(id?: string): Generator<LedgerRecord | EndedRecord> {
    for (const line of this.#lines(id === undefined ? "" : `"id":"${id}"`)) {
      const record = parseRecord(line) ?? parseEnd(line);
      if (record !== undefined && (id === undefined || record.id === id)) yield record;
    }
  }

  *#lines(wanted: string): Generator<string> {
    const descriptor = this.#open();
    if (descriptor === undefined) return;
    try {
      this.#assertOwn();
      let bytes = Buffer.alloc(pieceBytes);
      for (let held = 0, at = 0; ;) {
        if (held === bytes.length) bytes = Buffer.concat([bytes], 2 * held);
        const count = readSync(descriptor, bytes, held, bytes.length - held, at);
        if (count === 0) return;
        at += count;
        const filled = bytes.subarray(0, held + count);
        const end = filled.lastIndexOf(lineFeed) + 1;
        yield* linesWith(filled.subarray(0, end), wanted);
        held = filled.copy(bytes, 0, end);
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
      this.#assertOwn();
      yield* newestLines(descriptor, tailBytes);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** A ledger may be long, and only the lines that matter are made text. */
function* linesWith(bytes: Buffer, wanted: string): Generator<string> {
  if (wanted === "") return yield* bytes.toString("utf8").split("\n");
  for (let at = bytes.indexOf(wanted); at >= 0;) {
    const end = bytes.indexOf(lineFeed, at);
    yield bytes.toString("utf8", bytes.lastIndexOf(lineFeed, at) + 1, end);
    at = bytes.indexOf(wanted, end);
  }
}
