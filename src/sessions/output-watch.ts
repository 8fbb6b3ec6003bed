import type { LedgerRecord } from "../state/ledger.ts";
import type { Ended } from "./command-end.ts";
import { LineSearch } from "./line-search.ts";
import { lineText } from "./line-text.ts";
import type { Look, SessionContext } from "./look.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import { outputStart } from "./read-output.ts";
import { toldEnd, type SentCommand } from "./sent-command.ts";

/** Of output that was there before, or comes faster than it can be tried, only so much is. */
const maxTriedBytes = 1_048_576;
const maxUnfinishedBytes = 65_536;

/** What the pattern is tried on: what came after a place in the log, behind the echo of input, or the output of a command of ours. */
export type Watched =
  | { readonly from: number; readonly to?: number }
  | { readonly behindEcho: () => number }
  | { readonly sent: Pick<SentCommand, "aid" | "counter" | "offset"> };

/** Tells whether a pattern has matched a line of the output, the unfinished last one included. */
export class OutputWatch {
  readonly #session: SessionContext;
  readonly #pattern: Pattern;
  readonly #watched: Watched;
  #search: LineSearch | undefined;
  #matched = false;
  #looks = 0;
  #matchedAtEntry = false;

  constructor(session: SessionContext, pattern: Pattern, watched: Watched) {
    this.#session = session;
    this.#pattern = pattern;
    this.#watched = watched;
  }

  get facts(): { readonly matched: boolean; readonly matchedAtEntry: boolean } {
    return { matched: this.#matched, matchedAtEntry: this.#matchedAtEntry };
  }

  /** To be called after each reading of the stream; true from the first match on. */
  look(): boolean {
    if (!this.#matched) this.#matched = this.#findsNew();
    if (++this.#looks === 1) this.#matchedAtEntry = this.#matched;
    return this.#matched;
  }

  #findsNew(): boolean {
    const { terminal, log, record } = this.#session;
    const range = this.#range();
    if (range === undefined) return false;
    const newest = Math.max(range.start, range.end - maxTriedBytes);
    this.#search ??= new LineSearch(this.#pattern, newest, record);
    if (this.#search.offset < newest) this.#search.skipTo(newest);
    const end = Math.min(range.end, terminal.offset);
    const { start, bytes } = log.readPiece(this.#search.offset, end);
    if (start > this.#search.offset) this.#search.skipTo(start);
    const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
    const options = { atEnd: false, keep: Infinity, isLate: () => false };
    const found = whole.length === 0 ? [] : this.#search.take(whole, options).newest;
    const isEcho = this.#echoFinder(start);
    if (found.some((match) => !isEcho(match))) return true;
    const rest = bytes.subarray(Math.max(whole.length, bytes.length - maxUnfinishedBytes));
    if (rest.length === 0) return false;
    const text = lineText(Buffer.from(rest), this.#search.isAlternate, record);
    return this.#pattern.matches(text) && !isEcho({ start: end - rest.length, end });
  }

  /** Undefined until the output begins. */
  #range(): { readonly start: number; readonly end: number } | undefined {
    const { terminal } = this.#session;
    if ("from" in this.#watched) {
      const { from, to = terminal.offset } = this.#watched;
      return { start: from, end: to };
    }
    if ("behindEcho" in this.#watched) return { start: this.#watched.behindEcho(), end: terminal.offset };
    const { sent } = this.#watched;
    const told = toldEnd(this.#session, sent);
    if (told !== undefined) {
      if (told.ran === false) return undefined;
      return { start: told.outputStart ?? outputStart(this.#session, sent.offset), end: told.outputEnd };
    }
    const level = terminal.shellLevels.find(({ aid }) => aid === sent.aid);
    const marked = level?.counter === sent.counter ? level?.outputStart : undefined;
    if (marked === undefined && level?.marksBegin === true) return undefined;
    const start = marked ?? outputStart(this.#session, sent.offset);
    return start < terminal.offset ? { start, end: terminal.offset } : undefined;
  }

  /** Tells the lines behind `from` on which a command of ours was typed, up to where its output begins. */
  #echoFinder(from: number): (line: { readonly start: number; readonly end: number }) => boolean {
    if (!("from" in this.#watched)) return () => false;
    let typed: readonly Typed[] | undefined;
    return (line) => {
      typed ??= typedSince(this.#session, from);
      const newest = typed.find(({ typedAt }) => typedAt < line.end);
      if (newest?.sentAt === undefined) return newest !== undefined;
      return line.start < newest.sentAt || line.start < outputStart(this.#session, newest.sentAt);
    };
  }
}

/** Where the typing of a command began, and where Enter was pressed for it. */
type Typed = { readonly typedAt: number; readonly sentAt: number | undefined };

/** The commands whose line may reach beyond `from`, the newest first; what was cleared again is none. */
function typedSince({ ledger }: SessionContext, from: number): Typed[] {
  const found: Typed[] = [];
  let next: LedgerRecord | undefined;
  for (const record of ledger.newest()) {
    if (record.step === "input") continue;
    const { step, offset } = record;
    if (step === "typed" && (next === undefined || next.step === "sent"))
      found.push({ typedAt: offset, sentAt: next?.offset });
    if (step === "typed" && offset < from) break;
    next = record;
  }
  return found;
}

/** Silence is no end for who waits for a pattern; an end tells more than a match. */
export function matchOrEnd(
  watch: OutputWatch | undefined,
  current: Look,
  end: Ended | undefined,
): Ended | undefined {
  const isMatched = watch?.look() === true;
  if (end !== undefined && (watch === undefined || end.endedBy !== "quiet")) return end;
  return isMatched ? { look: current, endedBy: "matched" } : undefined;
}

/** Undefined where the call names no pattern. Throws PATTERN_INVALID. */
export function readWaitFor(waitFor: string | undefined): Pattern | undefined {
  return waitFor === undefined ? undefined : compilePattern(waitFor, { ignoreCase: false });
}
