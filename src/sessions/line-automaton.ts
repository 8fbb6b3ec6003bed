import { asserted, type PatternProgram } from "./pattern-program.ts";

/** What became of a line; `unsure` where its bytes are not its text: it holds more than printable ASCII and tabs. */
export type LineVerdict = "hit" | "miss" | "unsure";

/** Beyond these a pattern's states are forgotten, so that no text makes it grow. */
const maxStates = 1_024;
const width = 256;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const endOfText = -1;

/** What stands in the table for a place that leads to no further state. */
const outcome = { unknown: -1, miss: -2, hit: -3, unsure: -4 } as const;

/** What stood before the next character, as far as the pattern asks. */
type Before = "start" | "word" | "other";

/** The steps that wait for the next character, before what is asserted in front of it. */
type State = { readonly steps: readonly number[]; readonly before: Before };

/**
 * Tries a pattern on the lines of a log byte by byte, by a deterministic automaton whose states are made as the text asks
 * for them: time is linear in the text for every pattern, at most `steps` for a byte.
 */
export class LineAutomaton {
  readonly #program: PatternProgram;
  readonly #needs: number;
  #table = new Int32Array(0);
  #states: (State | undefined)[] = [];
  #numbers = new Map<string, number>();
  #matched = 0;
  #returnedHit = 0;
  #returnedMiss = 0;
  #start = 0;
  /** Where the line ended that was tried last: at its line feed or at the end of the bytes; for an unsure one where it became so. */
  end = 0;

  constructor(program: PatternProgram) {
    this.#program = program;
    this.#needs = program.steps.reduce((all, step) => all | (step.kind === "assert" ? step.needs : 0), 0);
    this.#forget();
  }

  /**
   * Tries the line that begins at `from`, to its line feed or to the end of the bytes, of which a CR is no part. One of
   * more than `most` bytes is unsure.
   */
  tryLine(bytes: Uint8Array, from: number, most: number): LineVerdict {
    const length = Math.min(bytes.length, from + most + 1);
    let table = this.#table;
    let state = this.#start;
    let at = from;
    for (;;) {
      let next: number = outcome.unknown;
      for (; at < length; at++) {
        next = table[state + (bytes[at] ?? 0)] ?? outcome.unknown;
        if (next < 0) break;
        state = next;
      }
      const byte = at < length ? (bytes[at] ?? 0) : lineFeed;
      if (at - from > most) return this.#unsureAt(at);
      if (at >= length) next = table[state + byte] ?? outcome.unknown;
      if (next === outcome.unknown) {
        state = this.#learn(state, byte);
        table = this.#table;
        continue;
      }
      this.end = at;
      return next === outcome.hit ? "hit" : next === outcome.miss ? "miss" : "unsure";
    }
  }

  #unsureAt(place: number): LineVerdict {
    this.end = place;
    return "unsure";
  }

  /** Enters into the table where a byte leads; the state's own place may be another one afterwards. */
  #learn(place: number, byte: number): number {
    const state = this.#states[place / width];
    if (state === undefined) throw new Error("a state without steps leads nowhere unknown");
    if (this.#states.length > maxStates) {
      this.#forget();
      return this.#placeOf(state);
    }
    const next =
      byte === lineFeed || byte === carriageReturn ? this.#ending(state, byte) : this.#after(state, byte);
    this.#table[place + byte] = next;
    return place;
  }

  #ending(state: State, byte: number): number {
    const isHit = this.#passed(state, endOfText) === "match";
    if (byte === lineFeed) return isHit ? outcome.hit : outcome.miss;
    return isHit ? this.#returnedHit : this.#returnedMiss;
  }

  #after(state: State, byte: number): number {
    const passed = this.#passed(state, byte);
    if (passed === "match") return this.#matched;
    const steps = new Set<number>();
    for (const number of passed) {
      const step = this.#program.steps[number];
      if (step?.kind === "character" && step.codes.has(byte)) steps.add(step.next);
    }
    const asksWords = (this.#needs & (asserted.wordBoundary | asserted.noWordBoundary)) !== 0;
    const before = asksWords && isWord(byte) ? "word" : "other";
    return this.#placeOf({ steps: [...steps].sort((left, right) => left - right), before });
  }

  /** The steps that are reached in front of a character, those of a match that begins there among them. */
  #passed({ steps, before }: State, next: number): ReadonlySet<number> | "match" {
    const holds = assertions(before, next);
    const reached = new Set<number>();
    const left = [...steps, this.#program.start];
    for (let number = left.pop(); number !== undefined; number = left.pop()) {
      if (reached.has(number)) continue;
      reached.add(number);
      const step = this.#program.steps[number];
      if (step?.kind === "match") return "match";
      if (step?.kind === "jump") left.push(step.next);
      if (step?.kind === "split") left.push(step.next, step.other);
      if (step?.kind === "assert" && (step.needs & ~holds) === 0) left.push(step.next);
    }
    return reached;
  }

  #placeOf(state: State): number {
    const key = `${state.before} ${state.steps.join(" ")}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const place = this.#newRow(state, outcome.unknown, outcome.unknown, outcome.unknown);
    this.#numbers.set(key, place);
    return place;
  }

  #newRow(state: State | undefined, plain: number, feed: number, carriage: number): number {
    const place = this.#states.length * width;
    this.#states.push(state);
    if (this.#table.length < place + width) {
      const grown = new Int32Array(Math.max(16 * width, 2 * this.#table.length));
      grown.set(this.#table);
      this.#table = grown;
    }
    const row = this.#table.subarray(place, place + width).fill(outcome.unsure);
    row.fill(plain, 0x20, 0x7f);
    row[0x09] = plain;
    row[lineFeed] = feed;
    row[carriageReturn] = carriage;
    return place;
  }

  #forget(): void {
    this.#states = [];
    this.#numbers = new Map();
    this.#returnedHit = this.#newRow(undefined, outcome.unsure, outcome.hit, outcome.unsure);
    this.#returnedMiss = this.#newRow(undefined, outcome.unsure, outcome.miss, outcome.unsure);
    this.#matched = this.#newRow(undefined, this.#states.length * width, outcome.hit, this.#returnedHit);
    this.#start = this.#placeOf({ steps: [], before: "start" });
  }
}

function assertions(before: Before, next: number): number {
  const isBoundary = (before === "word") !== isWord(next);
  return (
    (before === "start" ? asserted.beginLine | asserted.beginText : 0) |
    (next === endOfText ? asserted.endLine | asserted.endText : 0) |
    (isBoundary ? asserted.wordBoundary : asserted.noWordBoundary)
  );
}

function isWord(code: number): boolean {
  return /^\w$/.test(String.fromCharCode(Math.max(0, code)));
}
