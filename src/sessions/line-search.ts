import { countLineFeeds } from "../base/count-line-feeds.ts";
import { initialStreamState, scanStream, type StreamState } from "../screen/stream-parser.ts";
import { backspaceFrom, escapeFrom, literalFinder, placeFrom, type Finder } from "./byte-finders.ts";
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

type Span = { readonly start: number; readonly end: number };
/** A match within a piece, in the so manieth line that was tried; without a text its bytes are that. */
type Hit = Span & { readonly text?: string; readonly alternate: boolean; readonly nth: number };

/** `newest` are the last of `count` matches. */
export type Taken = { readonly count: number; readonly newest: readonly LineMatch[] };

const lineFeed = 0x0a;
const tab = 0x09;
const carriageReturn = 0x0d;
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
  /** In the last piece most lines held the literal part, so that looking for it saves nothing. */
  #isDense = false;
  #lineEnd = 0;
  /** Up to here a line that begins before it is known to be plain text, in which a literal pattern has no place. */
  #plainTo = 0;

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
    const isPlain = this.#stream.escape === null && escapeFrom(body, 0) < 0;
    const { state, events } = this.#scan(body, isPlain);
    const switches = events.filter((event) => event.kind === "alternate-screen");
    const base = this.#stream.offset;
    let { alternateScreen: alternate } = this.#stream;
    let nextSwitch = switches[0]?.start ?? Infinity;
    const hits: Hit[] = [];
    let count = 0;
    let nth = 0;
    let tried = 0;
    let triedBytes = 0;
    this.#plainTo = 0;
    const triesAll = this.#findLiteral === undefined || this.#isDense;
    const nextLine = triesAll ? (from: number) => from : this.#lineFinder(body, isPlain);
    for (let start = nextLine(0); start < body.length;) {
      while (nextSwitch < base + start) {
        alternate = switches.shift()?.on ?? alternate;
        nextSwitch = switches[0]?.start ?? Infinity;
      }
      if (tried >= lookAtClockEvery && isLate()) {
        const done = body.subarray(0, start);
        const newest = this.#numbered(done, hits.slice(-keep), triesAll ? nth : undefined);
        this.#stream = this.#scan(done, isPlain).state;
        return { count, newest };
      }
      if (tried >= lookAtClockEvery) tried = 0;
      const hit = this.#try(body, start, alternate, ++nth);
      const end = this.#lineEnd;
      tried += 1 + ((end - start) >> 6);
      triedBytes += end - start;
      if (hit !== undefined) {
        count++;
        hits.push(hit);
        if (hits.length > 2 * keep) hits.splice(0, hits.length - keep);
      }
      start = nextLine(end + 1);
    }
    this.#isDense = triedBytes * 2 > body.length;
    const newest = this.#numbered(body, hits.slice(-keep), triesAll ? nth : undefined);
    this.#stream = state;
    return { count, newest };
  }

  #scan(body: Buffer, isPlain: boolean): ReturnType<typeof scanStream> {
    if (!isPlain) return scanStream(this.#stream, body, noOsc);
    return { state: { ...this.#stream, offset: this.#stream.offset + body.length }, events: [] };
  }

  /** Counts the lines of `body`, which begins at `offset`; with `tried` all of them were, and are counted already. */
  #numbered(body: Buffer, hits: readonly Hit[], tried: number | undefined): LineMatch[] {
    const base = this.#stream.offset;
    const before = this.#lines;
    let counted = 0;
    const matches = hits.map(({ start, end, alternate, nth, text = plainText(body, start, end) }) => {
      if (tried === undefined) this.#lines += countLineFeeds(body, counted, start);
      counted = start;
      const line = tried === undefined ? this.#lines + 1 : before + nth;
      return { start: base + start, end: base + end, line, text, alternate };
    });
    if (tried === undefined) this.#lines += countLineFeeds(body, counted, body.length);
    else this.#lines += body.at(-1) === lineFeed ? tried : Math.max(0, tried - 1);
    return matches;
  }

  /** Sets where the line ended: an object for each line that does not match would cost as much as trying it. */
  #try(body: Buffer, start: number, alternate: boolean, nth: number): Hit | undefined {
    const { automaton } = this.#pattern;
    const from = Math.max(start, this.#plainTo);
    const verdict =
      alternate || automaton === undefined
        ? "unsure"
        : automaton.tryLine(body, from, start + maxTriedBytes - from);
    if (verdict !== "unsure") {
      const end = (this.#lineEnd = automaton?.end ?? start);
      return verdict === "hit" ? { start, end, alternate, nth } : undefined;
    }
    const feed = body.indexOf(lineFeed, start);
    const end = (this.#lineEnd = feed < 0 ? body.length : feed);
    const text = this.#matchingText(body.subarray(start, end), alternate);
    return text === undefined ? undefined : { start, end, text, alternate, nth };
  }

  #matchingText(line: Buffer, alternate: boolean): string | undefined {
    for (let from = 0; ; from += maxTriedBytes - overlapBytes) {
      const piece = line.length <= maxTriedBytes ? line : line.subarray(from, from + maxTriedBytes);
      const text = lineText(piece, alternate, this.#width);
      if (this.#pattern.matches(text)) return text;
      if (from + piece.length >= line.length) return undefined;
    }
  }

  /**
   * Tells the start of the first line at or behind the start of another that may match: those that hold the literal part
   * and those whose bytes are not their text. The length of `body` where there is none.
   */
  #lineFinder(body: Buffer, isPlain: boolean): (from: number) => number {
    const find = this.#findLiteral ?? (() => 0);
    let [literalAt, escapeAt, backspaceAt] = [-1, isPlain ? body.length : -1, -1];
    return (from) => {
      if (literalAt < from) literalAt = placeFrom(find, body, from);
      if (escapeAt < from) escapeAt = placeFrom(escapeFrom, body, from);
      if (backspaceAt < from) backspaceAt = placeFrom(backspaceFrom, body, from);
      const first = Math.min(literalAt, escapeAt, backspaceAt);
      if (first >= body.length || first === from) return first;
      const plain = first === literalAt && this.#pattern.isLiteral ? plainStart(body, first, from) : first;
      if (plain < first) this.#plainTo = first;
      return startOfLine(body, plain, from);
    };
  }
}

/** Where the text begins without a break that ends at `at`: what stands before it is a line feed, or not to be read by bytes. */
function plainStart(body: Buffer, at: number, least: number): number {
  let start = at;
  for (; start > least; start--) {
    const byte = body[start - 1] ?? 0;
    if ((byte < 0x20 || byte > 0x7e) && byte !== tab) break;
  }
  return start === least || body[start - 1] === lineFeed ? start : at;
}

/** By hand: most lines are so short that a native search costs more. */
function startOfLine(body: Buffer, at: number, least: number): number {
  let start = at;
  while (start > least && body[start - 1] !== lineFeed) start--;
  return start;
}

function plainText(body: Buffer, start: number, end: number): string {
  return body.toString("latin1", start, end > start && body[end - 1] === carriageReturn ? end - 1 : end);
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
