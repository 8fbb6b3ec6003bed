import { countLineFeeds } from "../base/count-line-feeds.ts";
import { LineRenderer, linesOf } from "../screen/line-renderer.ts";
import { initialStreamState, scanStream } from "../screen/stream-parser.ts";
import type { SessionContext } from "./look.ts";
import type { OutputFacts } from "./outcome.ts";
import { numbersOf } from "./record-tags.ts";
import { Unrecorded } from "./unrecorded.ts";

/** Of a longer part of the log only its head and its tail are rendered, more than any result shows of it. */
export const maxWholeBytes = 262_144;
const headBytes = 65_536;
const tailBytes = maxWholeBytes - headBytes;
/** Others are served after each of these. */
const pieceBytes = 65_536;
const countedBytes = 262_144;
const lineFeed = 0x0a;
const enterAlternate = Buffer.from("\x1b[?1049h");

/**
 * The rendered lines of a part of the log. With a `head`, `lines` are only the last ones. `bytesMissed`: dropped by rotation,
 * or never recorded, of which `bytesUnrecorded` tells.
 */
export type ReadLines = {
  readonly lines: readonly string[];
  readonly bytesMissed: number;
  readonly bytesUnrecorded: number;
  readonly head?: ReadHead;
};

type ReadHead = {
  readonly lines: readonly string[];
  readonly linesBetween: number;
  readonly bytesBetween: number;
};

type Range = { readonly start: number; readonly end: number };
type Recorded = Pick<SessionContext, "log" | "record" | "rendering">;

export async function readLines(session: Recorded, start: number, end: number): Promise<ReadLines> {
  for (;;) {
    const from = keptStart(session, start, end);
    const read = await readKept(session, from, end);
    // The recorder may have dropped meanwhile what was about to be read.
    if (from === end || session.log.extent().first <= from)
      return { ...read, bytesMissed: read.bytesUnrecorded + from - start };
  }
}

async function readKept(
  session: Recorded,
  from: number,
  end: number,
): Promise<Omit<ReadLines, "bytesMissed">> {
  const { log, rendering } = session;
  if (end - from <= pieceBytes) return readWhole(session, from, end);
  if (end - from <= maxWholeBytes) return rendering.run(() => readWhole(session, from, end));
  const between = { start: lastLineStart(session, from), end: firstLineStart(session, end - tailBytes) };
  const unrecorded = new Unrecorded(numbersOf(session.record));
  unrecorded.take(log.read(from, between.start).bytes);
  const linesBetween = await countLines(session, between, unrecorded);
  return rendering.run(() =>
    readEnds(session, { start: from, end }, { ...between, linesBetween }, unrecorded),
  );
}

async function readWhole(
  session: Recorded,
  start: number,
  end: number,
): Promise<Omit<ReadLines, "bytesMissed">> {
  const unrecorded = new Unrecorded(numbersOf(session.record));
  const { bytes } = session.log.read(start, end);
  unrecorded.take(bytes);
  return { lines: await render(session, bytes), bytesUnrecorded: unrecorded.bytes };
}

/** `unrecorded` has taken all but the tail. */
async function readEnds(
  session: Recorded,
  { start, end }: Range,
  { linesBetween, ...between }: Range & { readonly linesBetween: number },
  unrecorded: Unrecorded,
): Promise<Omit<ReadLines, "bytesMissed">> {
  const { bytes: head } = session.log.read(start, between.start);
  const { bytes: tail } = session.log.read(between.end, end);
  unrecorded.take(tail);
  return {
    lines: await render(session, tail, endsAlternate(head, tail)),
    bytesUnrecorded: unrecorded.bytes,
    head: {
      lines: await render(session, head),
      linesBetween,
      // The terminal writes CR before each line feed.
      bytesBetween: between.end - between.start - linesBetween,
    },
  };
}

/** Of the last line that begins in the head. */
function lastLineStart({ log }: Recorded, from: number): number {
  return from + log.read(from, from + headBytes).bytes.lastIndexOf(lineFeed) + 1;
}

function firstLineStart({ log }: Recorded, from: number): number {
  return from + log.read(from, from + pieceBytes).bytes.indexOf(lineFeed) + 1;
}

export function outputOf({ lines, bytesMissed, bytesUnrecorded, head }: ReadLines): OutputFacts {
  const before = head === undefined ? 0 : head.lines.length + head.linesBetween;
  return {
    output: joined(lines),
    totalLines: before + lines.length,
    ...(bytesMissed > 0 ? { bytesMissed } : {}),
    ...(bytesUnrecorded > 0 ? { bytesUnrecorded } : {}),
    ...(head === undefined ? {} : { head: headOf(head) }),
  };
}

function headOf({ lines, linesBetween, bytesBetween }: ReadHead): NonNullable<OutputFacts["head"]> {
  return { output: lines.join("\n"), linesBetween, bytesBetween };
}

/** An empty last line is told from the end of the one before it by a newline of its own. */
function joined(lines: readonly string[]): string {
  return lines.join("\n") + (lines.at(-1) === "" ? "\n" : "");
}

/** Where the rotation has taken the start, behind the line that it cut. */
function keptStart({ log }: Recorded, start: number, end: number): number {
  const { first } = log.extent();
  if (first <= start) return start;
  const { bytes } = log.read(first, Math.min(end, first + pieceBytes));
  return Math.min(end, first + bytes.indexOf(lineFeed) + 1);
}

async function countLines({ log }: Recorded, { start, end }: Range, unrecorded: Unrecorded): Promise<number> {
  let lines = 0;
  for (let at = start; at < end; at += countedBytes) {
    const { bytes } = log.readPiece(at, Math.min(end, at + countedBytes));
    lines += countLineFeeds(bytes, 0, bytes.length);
    unrecorded.take(bytes);
    await new Promise(setImmediate);
  }
  return lines;
}

/** Whether the tail begins on the alternate screen, by the first switch in it, else by the last in the head. */
function endsAlternate(head: Uint8Array, tail: Uint8Array): boolean {
  const { events } = scanStream(initialStreamState(0), tail, new Set());
  const first = events.find((event) => event.kind === "alternate-screen");
  return first === undefined
    ? scanStream(initialStreamState(0), head, new Set()).state.alternateScreen
    : !first.on;
}

async function render(
  { record: { cols, rows } }: Recorded,
  bytes: Uint8Array,
  isAlternate = false,
): Promise<string[]> {
  const renderer = new LineRenderer({ cols, rows, maxLines: Number.MAX_SAFE_INTEGER });
  if (isAlternate) renderer.write(enterAlternate);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (at > 0) await new Promise(setImmediate);
    renderer.write(bytes.subarray(at, at + pieceBytes));
  }
  return linesOf(renderer);
}
