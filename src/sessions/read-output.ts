import { LineRenderer, renderLines } from "../screen/line-renderer.ts";
import { initialStreamState, scanStream } from "../screen/stream-parser.ts";
import { markNumber, parseMark } from "../shell-integration/mark.ts";
import type { LedgerRecord } from "../state/ledger.ts";
import type { Look, SessionContext } from "./look.ts";
import type { EndedCommand } from "./mark-track.ts";
import type { OutputFacts } from "./outcome.ts";
import { fillerBefore } from "./prompt-filler.ts";
import { maxWholeBytes, outputOf, readLines, type ReadLines } from "./read-lines.ts";
import { numbersOf } from "./record-tags.ts";
import { gapsIn, Unrecorded } from "./unrecorded.ts";

const maxScrollbackBytes = 1_048_576;
const fillerSearchBytes = 4_096;
const firstTailBytes = 65_536;
const lineSearchBytes = 65_536;
const lineFeed = 0x0a;
const leaveEditor = "\u001b[?2004l";
const startSearchBytes = 65_536;

/** The text of the log from `start` to `end`, as a person would have seen it printed. */
export async function readRange(session: SessionContext, start: number, end: number): Promise<OutputFacts> {
  return outputOf(await readLines(session, start, end));
}

/**
 * What came from `start` on, where the cursor may stand anywhere: in the line that was begun before it, or in the
 * middle of what an editor draws again.
 */
export async function readSince(session: SessionContext, start: number): Promise<OutputFacts> {
  const { log, record, terminal } = session;
  const end = terminal.offset;
  if (end - start > maxWholeBytes) return readRange(session, start, end);
  const { cols, rows } = record;
  const before = log.read(Math.max(record.log_start, start - lineSearchBytes), start);
  const renderer = new LineRenderer({ cols, rows, maxLines: Number.MAX_SAFE_INTEGER });
  renderer.write(before.bytes.subarray(before.bytes.lastIndexOf(0x0a) + 1));
  const { cursor } = renderer.read();
  const news = log.read(start, end);
  renderer.write(news.bytes);
  const [first = "", ...rest] = renderer.read().lines.slice(cursor.line);
  const isSame = first.startsWith(cursor.before);
  const lines = [isSame ? first.slice(cursor.before.length) : first, ...rest];
  const isEmpty = lines.length === 1 && lines[0]?.trim() === "";
  const unrecorded = new Unrecorded(numbersOf(record));
  unrecorded.take(news.bytes);
  return outputOf({
    lines: isEmpty ? [] : lines,
    bytesMissed: news.start - start + unrecorded.bytes,
    bytesUnrecorded: unrecorded.bytes,
  });
}

/** The last `numLines` lines of this incarnation, the screen's included, as on scrolling up. */
export function readScrollback(session: SessionContext, numLines: number): OutputFacts {
  const { log_start: logStart } = session.record;
  const end = session.terminal.offset;
  for (let tailBytes = firstTailBytes; ; tailBytes *= 4) {
    const range = session.log.read(Math.max(logStart, end - tailBytes), end);
    const whole = range.start <= logStart || tailBytes >= maxScrollbackBytes || range.start > end - tailBytes;
    const bytes = range.start > logStart ? range.bytes.subarray(range.bytes.indexOf(0x0a) + 1) : range.bytes;
    const lines = withoutEmptyEnd(render(session, bytes, numLines + session.record.rows));
    if (!whole && lines.length < numLines) continue;
    const shown = lines.slice(-numLines);
    const dropped = whole ? Math.max(0, session.log.extent().first - logStart) : 0;
    const bytesUnrecorded = unrecordedAmong(session, bytes, shown.length);
    return {
      ...outputOf({ lines: shown, bytesMissed: dropped + bytesUnrecorded, bytesUnrecorded }),
      totalLines: lines.length,
    };
  }
}

/** What is missing among the last `numLines` lines of `bytes`: at gaps that no more lines than these follow. */
function unrecordedAmong(session: SessionContext, bytes: Uint8Array, numLines: number): number {
  let missing = 0;
  for (const gap of gapsIn(bytes, numbersOf(session.record)).toReversed()) {
    const behind = render(session, bytes.subarray(gap.end), numLines + session.record.rows);
    if (withoutEmptyEnd(behind).length > numLines) break;
    missing += gap.bytes;
  }
  return missing;
}

/**
 * What a command printed whose Enter was pressed at log offset `offset`. A prompt of a shell without line editor may
 * stand right behind it, and is cut off its text.
 */
export async function readCommandOutput(
  session: SessionContext,
  offset: number,
  { state, prompt }: CommandEndLook,
  told?: EndedCommand,
): Promise<OutputFacts> {
  const { terminal } = session;
  if (told !== undefined) return readToldOutput(session, offset, told);
  const begun = state === "running" ? toldStart(session, offset) : undefined;
  const start = begun ?? outputStart(session, offset);
  if (state === "disconnected" || (state === "idle" && prompt?.bracketed === true)) {
    return readRange(session, start, Math.max(start, terminal.outputEnd));
  }
  const read = await readLines(session, start, terminal.offset);
  return outputOf(
    state === "idle" && prompt !== undefined ? withoutPrompt(session, read, prompt.text) : read,
  );
}

/** Where the output of what runs begins, in shells that tell it: until they do, what comes is the echo of the line. */
function toldStart({ terminal }: SessionContext, offset: number): number | undefined {
  const { marks } = terminal;
  if (marks?.marksBegin !== true) return undefined;
  if (marks.phase === "running" && marks.since > offset) return marks.outputStart;
  return marks.phase === "prompt" && marks.since <= offset ? terminal.offset : undefined;
}

/** The marks stand around what was printed; zsh fills the line up before it tells the end. */
async function readToldOutput(
  session: SessionContext,
  offset: number,
  told: EndedCommand,
): Promise<OutputFacts> {
  if (told.ran === false) return readRange(session, outputStart(session, offset), told.outputEnd);
  const start = told.outputStart ?? outputStart(session, offset);
  const tail = session.log.read(Math.max(start, told.outputEnd - fillerSearchBytes), told.outputEnd);
  // Of what was dropped nothing is read: then the reading begins behind it.
  const end = Math.min(told.outputEnd, tail.start + (fillerBefore(tail.bytes) ?? tail.bytes.length));
  return readRange(session, start, Math.max(start, end));
}

type CommandEndLook = Pick<Look, "state" | "prompt">;

function withoutPrompt({ terminal, record }: SessionContext, read: ReadLines, prompt: string): ReadLines {
  const known =
    terminal.levels.known(record.prompt).find(({ text }) => prompt.endsWith(text))?.text ?? prompt;
  const last = read.lines.at(-1) ?? "";
  if (!last.endsWith(known)) return read;
  const left = last.slice(0, -known.length);
  return { ...read, lines: [...read.lines.slice(0, -1), ...(left === "" ? [] : [left])] };
}

/**
 * Where the output of a command begins whose Enter was pressed at `offset`: where its shell told so, else behind the end of
 * the line, or behind CSI ? 2004 l, with which bash (right after the line's end) and zsh (before it) leave their line
 * editors. Where nothing was shown of what was typed, as after stty -echo, Enter is not either.
 */
export function outputStart(session: Pick<SessionContext, "log" | "ledger">, offset: number): number {
  const { bytes } = session.log.read(offset, offset + startSearchBytes);
  const sent = session.ledger.find((record) => record.step === "sent" && record.offset === offset);
  const { events } = scanStream(initialStreamState(offset), bytes, new Set([markNumber]));
  const begun = events.find((event) => event.kind === "osc" && beginsOf(sent, event.payload));
  if (begun !== undefined) return begun.end;
  const left = events.find((event) => event.kind === "bracketed-paste" && !event.on);
  const behind = (left?.end ?? Infinity) - offset;
  if (left === undefined && wasUnseen(session, offset)) return offset;
  const newline = echoNewline(bytes, behind - leaveEditor.length, sent?.command ?? "");
  const isPrinted = newline >= 0 && behind > newline + 1 + leaveEditor.length;
  if (left === undefined || isPrinted) return newline < 0 ? offset + bytes.length : offset + newline + 1;
  if (newline >= 0 && newline < behind) return left.end + (bytes[behind] === 0x0d ? 1 : 0);
  const nextNewline = bytes.indexOf(lineFeed, behind);
  return nextNewline < 0 ? left.end : offset + nextNewline + 1;
}

function beginsOf(sent: LedgerRecord | undefined, payload: string): boolean {
  const mark = parseMark(payload);
  return mark?.kind === "command-began" && mark.aid === sent?.aid && mark.counter === sent.counter;
}

/** Where the line of the Enter ends; bash draws a command of several lines again before it leaves its editor at `leftAt`. */
function echoNewline(bytes: Uint8Array, leftAt: number, command: string): number {
  const echo = bytes.subarray(0, Number.isFinite(leftAt) ? Math.max(0, leftAt) : 0);
  const newlines = echo.reduce((count, byte) => count + (byte === lineFeed ? 1 : 0), 0);
  const isRedrawn = echo.at(-1) === lineFeed && newlines <= command.split("\n").length;
  return isRedrawn ? echo.length - 1 : bytes.indexOf(lineFeed);
}

function wasUnseen({ ledger }: Pick<SessionContext, "ledger">, offset: number): boolean {
  return ledger.find((record) => record.step === "typed" && record.offset <= offset)?.offset === offset;
}

function render(session: SessionContext, bytes: Uint8Array, maxLines: number): string[] {
  const { cols, rows } = session.record;
  return renderLines(bytes, { cols, rows, maxLines });
}

/** The screen below its last text is no part of what was printed. */
function withoutEmptyEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== "") + 1);
}
