import { renderCursor } from "../base/cursor.ts";
import { initialStreamState, scanStream } from "../screen/stream-parser.ts";
import { maxPieceBytes } from "../state/log-store.ts";
import { cursorPlace } from "./cursor-place.ts";
import { LineSearch, linesOf, type LineMatch } from "./line-search.ts";
import { lineText } from "./line-text.ts";
import type { SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";
import { compilePattern } from "./pattern.ts";
import { numbersOf } from "./record-tags.ts";
import { findCommand, outputRange } from "./recorded-command.ts";
import type { FoundLine, SearchOutcome, SearchRequest } from "./search-outcome.ts";
import { Unrecorded } from "./unrecorded.ts";

const searchTimeMs = 5_000;
/** Without a literal part each line costs more, and others are to be served in between. */
const pieceBytes = { withLiteral: maxPieceBytes, without: 131_072 };
const contextBytes = 65_536;
/** What a terminal shows of Enter: the line that it ends is no output. */
const enterBytes = 2;

/** Searches the kept log, or a part of it, for at most 5 s, in bounded memory. */
export async function searchOutput(
  session: SessionContext,
  request: SearchRequest,
  call: Call,
): Promise<SearchOutcome> {
  const deadlineMs = performance.now() + searchTimeMs;
  const pattern = compilePattern(request.pattern, { ignoreCase: request.ignoreCase });
  const range = await rangeOf(session, request);
  const { log, record } = session;
  const first = Math.max(range.start, log.extent().first);
  const search = new LineSearch(pattern, first, record);
  const step = pattern.literal === undefined ? pieceBytes.without : pieceBytes.withLiteral;
  const isLate = () => performance.now() >= deadlineMs || call.signal.aborted;
  let kept: LineMatch[] = [];
  let totalMatches = 0;
  const unrecorded = new Unrecorded(numbersOf(record));
  let dropped = Math.max(0, Math.min(first, range.end) - range.start);
  const logins = [record.log_start, record.epoch_start].filter((place) => place < range.end);
  while (search.offset < range.end && !isLate()) {
    const until = logins.find((place) => place > search.offset) ?? range.end;
    const { start, bytes } = log.readPiece(search.offset, Math.min(until, search.offset + step));
    if (start > search.offset) {
      dropped += start - search.offset;
      search.skipTo(start);
    }
    if (bytes.length === 0) break;
    const atEnd = start + bytes.length >= until;
    const { count, newest } = search.take(bytes, { atEnd, keep: request.maxMatches, isLate });
    unrecorded.take(bytes.subarray(0, search.offset - start));
    totalMatches += count;
    kept = [...kept, ...newest.map(withOwnText)].slice(-request.maxMatches);
    // A new login begins on the main screen, wherever the one before it was left.
    if (search.offset === until) search.skipTo(until);
    await new Promise(setImmediate);
  }
  return {
    sessionName: record.session_name,
    totalMatches,
    isComplete: search.offset >= range.end,
    cursor: renderCursor({ incarnation: record.incarnation, offset: search.offset }),
    bytesSearched: search.offset - range.start - dropped,
    bytesMissed: dropped + unrecorded.bytes,
    matches: withCommands(session, kept).map((match) =>
      foundLine(session, range, match, request.contextLines),
    ),
  };
}

/** A part of a text keeps all of it in memory. */
function withOwnText(match: LineMatch): LineMatch {
  return { ...match, text: Buffer.from(match.text).toString("utf8") };
}

type Range = { readonly start: number; readonly end: number };

async function rangeOf(session: SessionContext, { commandId, cursor }: SearchRequest): Promise<Range> {
  const from = cursor === undefined ? 0 : cursorPlace(session, cursor);
  if (commandId === undefined) {
    return { start: from, end: session.log.extent().end };
  }
  await session.terminal.catchUp();
  const { start, end } = outputRange(session, findCommand(session, commandId));
  return { start: Math.max(start, from), end };
}

type OwnedMatch = LineMatch & { readonly commandId: string | undefined };

/** The command that each match is output of, which may begin behind a mark on its line; the ledger is read once, and only for what is shown. */
function withCommands(session: SessionContext, matches: readonly LineMatch[]): OwnedMatch[] {
  if (matches.length === 0) return [];
  const commands = new Map<string, Range>();
  for (const record of session.ledger.all()) {
    if (record.step === "sent") commands.set(record.id, { start: record.offset + enterBytes, end: Infinity });
    const known = record.step === "ended" ? commands.get(record.id) : undefined;
    if (known?.end === Infinity && record.step === "ended") {
      commands.set(record.id, { start: record.start ?? known.start, end: record.end });
    }
  }
  const newestFirst = [...commands].reverse();
  return matches.map((match) => {
    const owner = newestFirst.find(([, { start }]) => start < match.end);
    const isWithin = owner !== undefined && match.start < owner[1].end;
    return { ...match, commandId: isWithin ? owner[0] : undefined };
  });
}

function foundLine(session: SessionContext, range: Range, match: OwnedMatch, count: number): FoundLine {
  const { line, text, commandId } = match;
  const from = Math.max(range.start, match.start - contextBytes);
  const to = Math.min(range.end, match.end + 1 + contextBytes);
  return {
    line,
    text,
    before: textsBetween(session, { start: from, end: match.start }, match, { last: count }),
    after: textsBetween(session, { start: match.end + 1, end: to }, match, { first: count }),
    ...(commandId === undefined ? {} : { commandId }),
    cursor: renderCursor({ incarnation: session.record.incarnation, offset: match.start }),
  };
}

/** The lines of a part of the log beside a match, whose own screen tells on which one theirs were drawn. */
function textsBetween(
  session: SessionContext,
  { start: from, end: to }: Range,
  match: LineMatch,
  wanted: { readonly first: number } | { readonly last: number },
): string[] {
  const count = "first" in wanted ? wanted.first : wanted.last;
  if (to <= from || count === 0) return [];
  const { start, bytes } = session.log.read(from, to);
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { events } = scanStream(initialStreamState(start), bytes, new Set());
  const switches = events.filter((event) => event.kind === "alternate-screen");
  const [firstSwitch] = switches;
  let alternate = firstSwitch === undefined ? match.alternate : !firstSwitch.on;
  const lines = [...linesOf(data)].map((line) => {
    while ((switches[0]?.start ?? Infinity) < start + line.start)
      alternate = switches.shift()?.on ?? alternate;
    return { ...line, alternate };
  });
  const texts: string[] = [];
  for (const line of "first" in wanted ? lines : lines.toReversed()) {
    if (texts.length === count) break;
    const text = lineText(data.subarray(line.start, line.end), line.alternate, session.record);
    if (text !== "" || !line.alternate) texts.push(text);
  }
  return "first" in wanted ? texts : texts.toReversed();
}
