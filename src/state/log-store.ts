import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { basename, dirname } from "node:path";

/** One file of a session's log, open for reading; `end` is exclusive. Offsets are absolute over all segments. */
type Segment = { readonly descriptor: number; readonly start: number; readonly end: number };

/** What is kept of a log just now: bytes `first` to `end`, last written at `changedAtMs` (wall clock). */
export type LogExtent = { readonly first: number; readonly end: number; readonly changedAtMs: number };

/** Bytes of the log from `start` on. */
export type LogRange = { readonly start: number; readonly bytes: Uint8Array };

/** Where the file that is written to begins; holds until the recorder rotates, when another file takes its name. */
type CurrentFile = { readonly identity: string; readonly first: number; readonly start: number };

const listingAttempts = 10;

/** The room that pieces of logs are read into is as large as the largest of them. */
export const maxPieceBytes = 1_048_576;

export type LogStoreOptions = {
  readonly room?: Uint8Array | undefined;
  readonly assertOwn?: (() => void) | undefined;
};

/** `SESSION.log` and its rotated segments `SESSION.log.<20-digit offset>`, written by the recorder alone. */
export class LogStore {
  readonly path: string;
  readonly #room: Uint8Array | undefined;
  readonly #assertOwn: () => void;
  #current: CurrentFile | undefined;

  /**
   * `room` may be shared with other logs. `assertOwn` is called whenever a file was looked at or opened, and throws where its
   * folder is not to be relied on.
   */
  constructor(path: string, { room, assertOwn = () => {} }: LogStoreOptions = {}) {
    this.path = path;
    this.#room = room;
    this.#assertOwn = assertOwn;
  }

  extent(): LogExtent {
    const facts = statSync(this.path, { throwIfNoEntry: false });
    this.#assertOwn();
    const known = this.#current;
    if (facts !== undefined && known?.identity === identityOf(facts)) {
      return { first: known.first, end: known.start + facts.size, changedAtMs: facts.mtimeMs };
    }
    return this.#withSegments((segments, changedAtMs) => ({
      first: segments[0]?.start ?? 0,
      end: segments.at(-1)?.end ?? 0,
      changedAtMs,
    }));
  }

  /**
   * The kept bytes of `start` to `end`; shorter at either side where there are none (yet, or any more). They stand in
   * `room` if that is given and large enough.
   */
  read(start: number, end: number, room?: Uint8Array): LogRange {
    return (
      this.#readCurrent(start, end, room) ??
      this.#withSegments((segments) => readSegments(segments, start, end, room))
    );
  }

  /** As `read`, into the room: the next such reading of any log writes over it, so nothing may be awaited before its use. */
  readPiece(start: number, end: number): LogRange {
    return this.read(start, end, this.#room);
  }

  /** Undefined unless all of it stands in the file that is written to, and that is still the one known. */
  #readCurrent(start: number, end: number, room: Uint8Array | undefined): LogRange | undefined {
    const known = this.#current;
    if (known === undefined || start < known.start) return undefined;
    const descriptor = openIfThere(this.path);
    if (descriptor === undefined) return undefined;
    try {
      this.#assertOwn();
      const facts = fstatSync(descriptor);
      if (identityOf(facts) !== known.identity) return undefined;
      const current = { descriptor, start: known.start, end: known.start + facts.size };
      return readSegments([current], start, end, room);
    } finally {
      closeSync(descriptor);
    }
  }

  /** The recorder may rotate or drop a segment between the listing and the opening: then both are done anew. */
  #withSegments<T>(use: (segments: readonly Segment[], changedAtMs: number) => T): T {
    for (let attempt = 1; ; attempt++) {
      const descriptors: number[] = [];
      try {
        const opened = this.#openSegments(descriptors);
        if (opened !== undefined) return use(opened.segments, opened.changedAtMs);
      } catch (error) {
        if (!isMissing(error) || attempt >= listingAttempts) throw error;
      } finally {
        descriptors.forEach(closeSync);
      }
    }
  }

  #openSegments(descriptors: number[]): { segments: Segment[]; changedAtMs: number } | undefined {
    const starts = this.#rotatedStarts();
    const current = openIfThere(this.path);
    if (current !== undefined) descriptors.push(current);
    const rotated = starts.map((start) => {
      const descriptor = openSync(`${this.path}.${String(start).padStart(20, "0")}`, "r");
      descriptors.push(descriptor);
      return { descriptor, start, end: start + fstatSync(descriptor).size };
    });
    if (this.#rotatedStarts().join() !== starts.join()) return undefined;
    this.#assertOwn();
    if (current === undefined) return { segments: unbroken(rotated), changedAtMs: 0 };
    const facts = fstatSync(current);
    const start = rotated.at(-1)?.end ?? 0;
    const segments = unbroken([...rotated, { descriptor: current, start, end: start + facts.size }]);
    this.#current = { identity: identityOf(facts), first: segments[0]?.start ?? 0, start };
    return { segments, changedAtMs: facts.mtimeMs };
  }

  /** The log was deleted or cut: what is there now, if anything, becomes a segment that begins at `start`. */
  startAt(start: number): void {
    this.#assertOwn();
    const segment = `${this.path}.${String(start).padStart(20, "0")}`;
    if (existsSync(this.path)) renameSync(this.path, segment);
    else writeFileSync(segment, "", { mode: 0o600, flag: "wx" });
    this.#current = undefined;
  }

  #rotatedStarts(): number[] {
    const prefix = `${basename(this.path)}.`;
    return readdirSync(dirname(this.path), { withFileTypes: true })
      .filter((entry) => entry.name.startsWith(prefix) && !entry.isDirectory())
      .map((entry) => entry.name.slice(prefix.length))
      .filter((number) => /^\d{20}$/.test(number))
      .map(Number)
      .sort((left, right) => left - right);
  }
}

/** What stands before a gap is kept on disk and counts as dropped. */
function unbroken(segments: readonly Segment[]): Segment[] {
  return segments.slice(
    segments.findLastIndex(({ start }, at) => at === 0 || segments[at - 1]?.end !== start),
  );
}

/** An inode's number alone may come back when an old segment was deleted. */
function identityOf({ ino, birthtimeMs }: Stats): string {
  return `${ino} ${birthtimeMs}`;
}

function readSegments(
  segments: readonly Segment[],
  start: number,
  end: number,
  room: Uint8Array | undefined,
): LogRange {
  const from = Math.max(start, segments[0]?.start ?? 0);
  const to = Math.min(end, segments.at(-1)?.end ?? 0);
  const length = Math.max(0, to - from);
  const bytes =
    room !== undefined && room.length >= length ? room.subarray(0, length) : new Uint8Array(length);
  for (const segment of segments) readSegment(bytes, from, to, segment);
  return { start: from, bytes };
}

function readSegment(bytes: Uint8Array, from: number, to: number, segment: Segment): void {
  const end = Math.min(to, segment.end);
  for (let offset = Math.max(from, segment.start); offset < end;) {
    const count = readSync(segment.descriptor, bytes, offset - from, end - offset, offset - segment.start);
    if (count === 0) return;
    offset += count;
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
