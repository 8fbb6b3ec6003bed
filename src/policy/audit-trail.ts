import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

import { acquireFileLock, lockedFileFailure } from "../platform/file-lock.ts";

/** What is recorded, in JSON's terms; `act` comes first. */
export type AuditFacts = { readonly act: AuditAct; readonly [name: string]: unknown };

export type AuditAct =
  | "open"
  | "close"
  | "command"
  | "ended"
  | "input"
  | "interrupt"
  | "secret"
  | "transfer"
  | "human"
  | "typing"
  | "answer"
  | "refused"
  | "asked"
  | "approved"
  | "declined"
  | "policy"
  | "trust"
  | "prune"
  | "pause"
  | "resume";

/** The place in the chain: how many records there are, and the SHA-256 of the newest one's line. */
export type AuditHead = { readonly count: number; readonly hash: string };

const lockTimeoutMs = 5_000;
const maxFileBytes = 67_108_864;
/** As many older ones beside the one that is written to. */
export const keptFiles = 4;
export const firstHash = "0".repeat(64);

/** `audit.jsonl`: each record carries the hash of the one before it, whichever process wrote that. */
export class AuditTrail {
  readonly #path: string;
  readonly #lockPath: string;
  readonly #headPath: string;
  readonly #onHead: (head: AuditHead) => void;
  readonly #limitBytes: number;

  /** `onHead` is told each new head, after it was written. */
  constructor(
    path: string,
    locks: string,
    onHead: (head: AuditHead) => void = () => {},
    limitBytes = maxFileBytes,
  ) {
    this.#path = path;
    this.#lockPath = join(locks, "audit");
    this.#headPath = join(locks, "audit.head");
    this.#onHead = onHead;
    this.#limitBytes = limitBytes;
  }

  /** As it was noted beside the file; undefined where that note is gone. */
  notedHead(): AuditHead | undefined {
    const [count, hash = ""] = readText(this.#headPath).split(/[ \n]/);
    return /^[0-9a-f]{64}$/.test(hash) ? { count: Number(count), hash } : undefined;
  }

  /** Throws STORAGE_FAILED when it cannot be written; what it was to record must then not happen. */
  async append(facts: AuditFacts): Promise<void> {
    try {
      await using _ = await acquireFileLock(this.#lockPath, lockTimeoutMs);
      const { head, isCut } = this.#readHead();
      const count = head.count + 1;
      const record = { n: count, at: new Date().toISOString(), pid: process.pid, ...facts, prev: head.hash };
      const line = JSON.stringify(record);
      const bytes = this.#write(`${isCut ? "\n" : ""}${line}\n`);
      const next = { count, hash: hashOf(line) };
      this.#noteHead(next, bytes);
      if (bytes >= this.#limitBytes) this.#turnOver(count);
      this.#onHead(next);
    } catch (error) {
      throw lockedFileFailure(error, this.#path);
    }
  }

  /** The length of the file after it. What could be written in part alone is taken back. */
  #write(text: string): number {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    const descriptor = openSync(this.#path, flags, 0o600);
    try {
      const bytes = Buffer.from(text);
      const before = fstatSync(descriptor).size;
      const written = writeSync(descriptor, bytes);
      if (written === bytes.length) return before + written;
      ftruncateSync(descriptor, before);
      throw Object.assign(new Error(`only ${written} of ${bytes.length} bytes were written`), {
        code: "ENOSPC",
      });
    } finally {
      closeSync(descriptor);
    }
  }

  /** In place and of one length, which takes no room on the disk; what a crash leaves of it tells itself by `bytes`. */
  #noteHead({ count, hash }: AuditHead, bytes: number): void {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
    const descriptor = openSync(this.#headPath, flags, 0o600);
    try {
      writeSync(descriptor, `${padded(count)} ${hash} ${padded(bytes)}\n`, 0);
    } finally {
      closeSync(descriptor);
    }
  }

  /** By the note of the head, unless the file is another since: then by its last whole line. */
  #readHead(): { readonly head: AuditHead; readonly isCut: boolean } {
    const [count, hash, bytes] = readText(this.#headPath).split(/[ \n]/);
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    const noted = { count: Number(count), hash: hash ?? "" };
    const isNoted = /^[0-9a-f]{64}$/.test(noted.hash) && Number.isSafeInteger(noted.count);
    if (isNoted && (Number(bytes) === size || size === 0)) return { head: noted, isCut: false };
    const { line, isCut } = lastLine(this.#path, size);
    if (line === undefined) return { head: isNoted ? noted : { count: 0, hash: firstHash }, isCut };
    return { head: { count: Number(/^\{"n":(\d+),/.exec(line)?.[1] ?? 0), hash: hashOf(line) }, isCut };
  }

  #turnOver(count: number): void {
    renameSync(this.#path, `${this.#path}.${String(count).padStart(12, "0")}`);
    for (const path of auditFiles(this.#path).slice(0, -keptFiles)) rmSync(path);
  }
}

/** The kept files, oldest first; the one that is written to comes last. */
export function auditFiles(path: string): string[] {
  if (!existsSync(dirname(path))) return [];
  const name = basename(path);
  const older = readdirSync(dirname(path)).filter(
    (entry) => entry.startsWith(`${name}.`) && /\.\d{12}$/.test(entry),
  );
  return [
    ...older.toSorted().map((entry) => join(dirname(path), entry)),
    ...(existsSync(path) ? [path] : []),
  ];
}

function padded(value: number): string {
  return String(value).padStart(16, "0");
}

export function hashOf(line: string): string {
  return createHash("sha256").update(line).digest("hex");
}

const lastBytes = 1_048_576;

function lastLine(
  path: string,
  size: number,
): { readonly line: string | undefined; readonly isCut: boolean } {
  if (size === 0) return { line: undefined, isCut: false };
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(Math.min(size, lastBytes));
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    const isCut = bytes.at(-1) !== 0x0a;
    const lines = bytes.toString("utf8").split("\n").slice(0, -1);
    return { line: lines.findLast((line) => line.startsWith('{"n":') && line.endsWith("}")), isCut };
  } finally {
    closeSync(descriptor);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
