import { countLineFeeds } from "../base/count-line-feeds.ts";
import { initialStreamState, scanStream, type StreamState } from "../screen/stream-parser.ts";
import { lineText, type Width } from "./line-text.ts";
import type { Pattern } from "./pattern.ts";

/** A line that matched: its place in the log, its number from where the search began, and its text. */
export type LineMatch = {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly text: string;
  /** It begins on the alternate screen. */
  readonly alternate: boolean;
};

/** Where something stands in the bytes at or behind `from`; below 0 where it does not. */
type Finder = (bytes: Buffer, from: number) => number;
type Span = { readonly start: number; readonly end: number };
/** `bytes`: those of the line, one character each, where they are at hand. */
type Candidate = Span & { readonly bytes?: string };
/** A match within a piece; its text may keep the whole piece in memory. */
type Hit = Span & { readonly text: string; readonly alternate: boolean };

/** `newest` are the last of `count` matches. */
export type Taken = { readonly count: number; readonly newest: readonly LineMatch[] };

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const escape = 0x1b;
const backspace = 0x08;
const noOsc: ReadonlySet<number> = new Set();
/** A line longer than this is tried in pieces that overlap. */
const maxTriedBytes = 65_536;
const overlapBytes = 4_096;
const lookAtClockEvery = 64;

/** Tries a pattern line by line on a log that is given to it in order, in pieces cut anywhere. */
export class LineSearch {
  readonly #pattern: Pattern;
  readonly #width: Width;
  readonly #findLiteral: Finder | undefined;
  #stream: StreamState;
  #lines = 0;

  constructor(pattern: Pattern, start: number, width: Width) {
    this.#pattern = pattern;
    this.#width = width;
    this.#findLiteral = literalFinder(pattern);
    this.#stream = initialStreamState(start);
  }

  /** How far the log has been tried; the next piece begins here. */
  get offset(): number {
    return this.#stream.offset;
  }

  /** Whether what stands at `offset` is on the alternate screen. */
  get isAlternate(): boolean {
    return this.#stream.alternateScreen;
  }

  /** What came before `offset` is no longer there. */
  skipTo(offset: number): void {
    this.#stream = initialStreamState(offset);
  }

  /**
   * The matches among the whole lines of `bytes`, which begin at `offset`, of which `keep` are told; with `atEnd` among
   * the last, unfinished one too. Stops between two lines once `isLate`; what is left is to be given again.
   */
  take(
    bytes: Uint8Array,
    { atEnd, keep, isLate }: { atEnd: boolean; keep: number; isLate: () => boolean },
  ): Taken {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = atEnd ? data.length : data.lastIndexOf(lineFeed) + 1;
    const body = whole === 0 ? data : data.subarray(0, whole);
    const { state, events } = scanStream(this.#stream, body, noOsc);
    const switches = events.filter((event) => event.kind === "alternate-screen");
    const base = this.#stream.offset;
    let { alternateScreen: alternate } = this.#stream;
    const hits: Hit[] = [];
    let count = 0;
    let tried = 0;
    for (const line of this.#candidates(body)) {
      tried += 1 + ((line.end - line.start) >> 6);
      if (tried >= lookAtClockEvery && isLate()) {
        const done = body.subarray(0, line.start);
        const newest = this.#numbered(done, hits.slice(-keep));
        this.#stream = scanStream(this.#stream, done, noOsc).state;
        return { count, newest };
      }
      if (tried >= lookAtClockEvery) tried = 0;
      while ((switches[0]?.start ?? Infinity) < base + line.start)
        alternate = switches.shift()?.on ?? alternate;
      const text = this.#matchingText(body, line, alternate);
      if (text === undefined) continue;
      count++;
      hits.push({ start: line.start, end: line.end, text, alternate });
      if (hits.length > 2 * keep) hits.splice(0, hits.length - keep);
    }
    const newest = this.#numbered(body, hits.slice(-keep));
    this.#stream = state;
    return { count, newest };
  }

  /** Counts the lines of `body`, which begins at `offset`. */
  #numbered(body: Buffer, hits: readonly Hit[]): LineMatch[] {
    const base = this.#stream.offset;
    let counted = 0;
    const matches = hits.map(({ start, end, text, alternate }) => {
      this.#lines += countLineFeeds(body, counted, start);
      counted = start;
      return { start: base + start, end: base + end, line: this.#lines + 1, text, alternate };
    });
    this.#lines += countLineFeeds(body, counted, body.length);
    return matches;
  }

  #matchingText(body: Buffer, { start, end, bytes }: Candidate, alternate: boolean): string | undefined {
    if (bytes !== undefined && !alternate && bytes.length <= maxTriedBytes && isPlain(bytes))
      return this.#pattern.matches(bytes) ? bytes : undefined;
    const line = body.subarray(start, end);
    for (let from = 0; ; from += maxTriedBytes - overlapBytes) {
      const piece = line.length <= maxTriedBytes ? line : line.subarray(from, from + maxTriedBytes);
      const text = lineText(piece, alternate, this.#width);
      if (this.#pattern.matches(text)) return text;
      if (from + piece.length >= line.length) return undefined;
    }
  }

  /** The lines that may match: with a literal part those that hold it, and those whose bytes are not their text. */
  *#candidates(body: Buffer): Generator<Candidate> {
    const find = this.#findLiteral;
    const finders: readonly Finder[] = find === undefined ? [] : [find, escapeFrom, backspaceFrom];
    const next = finders.map((each) => each(body, 0));
    if (find !== undefined && next.every((at) => at < 0)) return;
    if (escapeFrom(body, 0) < 0 && backspaceFrom(body, 0) < 0)
      return yield* find === undefined ? linesOfText(body.toString("latin1")) : linesWith(find, body);
    if (find === undefined) return yield* linesOf(body);
    for (;;) {
      const hit = Math.min(...next.filter((at) => at >= 0));
      if (hit === Infinity) return;
      const start = hit === 0 ? 0 : body.lastIndexOf(lineFeed, hit - 1) + 1;
      const feed = body.indexOf(lineFeed, hit);
      const end = feed < 0 ? body.length : feed;
      yield { start, end };
      for (const [index, each] of finders.entries()) {
        const at = next[index] ?? -1;
        if (at >= 0 && at < end) next[index] = end >= body.length ? -1 : each(body, end);
      }
    }
  }
}

/** The lines of `bytes` without their line feeds; what follows the last one is a line too, unless it is empty. */
export function* linesOf(bytes: Buffer): Generator<Span> {
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(lineFeed, start);
    const end = feed < 0 ? bytes.length : feed;
    yield { start, end };
    start = end + 1;
  }
}

function isPlain(bytes: string): boolean {
  return !/[^\t\x20-\x7e]/.test(bytes);
}

/** All lines, cut from one text, which is much less work than from bytes. */
function* linesOfText(bytes: string): Generator<Candidate> {
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf("\n", start);
    const end = feed < 0 ? bytes.length : feed;
    yield { start, end, bytes: bytes.slice(start, bytes.charAt(end - 1) === "\r" ? end - 1 : end) };
    start = end + 1;
  }
}

/** The lines in which something is found; bytes are passed over several times as fast as characters. */
function* linesWith(find: Finder, body: Buffer): Generator<Candidate> {
  for (let hit = find(body, 0); hit >= 0;) {
    const start = hit === 0 ? 0 : body.lastIndexOf(lineFeed, hit - 1) + 1;
    const feed = body.indexOf(lineFeed, hit);
    const end = feed < 0 ? body.length : feed;
    const textEnd = end > start && body[end - 1] === carriageReturn ? end - 1 : end;
    yield { start, end, bytes: body.toString("latin1", start, textEnd) };
    hit = end >= body.length ? -1 : find(body, end);
  }
}

function escapeFrom(bytes: Buffer, from: number): number {
  return bytes.indexOf(escape, from);
}

function backspaceFrom(bytes: Buffer, from: number): number {
  return bytes.indexOf(backspace, from);
}

function literalFinder({ literal, ignoreCase }: Pattern): Finder | undefined {
  if (literal === undefined) return undefined;
  if (!ignoreCase) {
    const wanted = Buffer.from(literal);
    return (body, from) => body.indexOf(wanted, from);
  }
  // Other letters have their cases outside ASCII.
  if (!/^[\x20-\x7e]*$/.test(literal) || /[ks]/i.test(literal)) return undefined;
  const wanted = new RegExp(literal.replace(/[^A-Za-z0-9]/g, "\\$&"), "gi");
  let known: { readonly body: Buffer; readonly text: string } | undefined;
  return (body, from) => {
    if (known?.body !== body) known = { body, text: body.toString("latin1") };
    wanted.lastIndex = from;
    return wanted.exec(known.text)?.index ?? -1;
  };
}
