import { LineRenderer } from "../screen/line-renderer.ts";
import { initialStreamState, scanStream } from "../screen/stream-parser.ts";
import type { Look, SessionContext } from "./look.ts";

const maxLineBytes = 65_536;
const maxScreenBytes = 4_194_304;

/**
 * Whether what takes the input now is what took it when the log ended at offset `shown`: the same prompt of a shell,
 * the same line that a program has left open, the same full-screen program.
 */
export function isSamePlace(session: SessionContext, current: Look, shown: number): boolean {
  const { terminal } = session;
  if (terminal.offset === shown) return true;
  switch (current.state) {
    case "idle":
      return waitsSince(session, current) <= shown && (current.typed === "" || hasSameLine(session, shown));
    case "awaiting_input":
      return waitsSince(session, current) <= shown && hasSameLine(session, shown);
    case "fullscreen":
      return terminal.alternateScreen ? !hasEnteredScreen(session, shown) : isDrawn(session, shown);
    case "running":
    case "unknown":
    case "disconnected":
      return terminal.inputStart <= shown || lineUntil(session, shown) === "" || isDrawn(session, shown);
  }
}

/** The line as it stood may have been typed on since. */
function hasSameLine(session: SessionContext, shown: number): boolean {
  return lineUntil(session, session.terminal.offset).startsWith(lineUntil(session, shown));
}

function waitsSince({ terminal }: SessionContext, { confidence, promptStart }: Look): number {
  const { marks } = terminal;
  const isMarked = marks?.phase === "prompt" || marks?.phase === "continuation";
  return isMarked && confidence === "exact" ? marks.since : (promptStart ?? terminal.inputStart);
}

/** The text left of the cursor when the log ended at `end`. */
export function lineUntil({ log, record }: SessionContext, end: number): string {
  const { bytes } = log.read(Math.max(record.log_start, end - maxLineBytes), end);
  const renderer = new LineRenderer({ cols: record.cols, rows: record.rows, maxLines: 10 });
  renderer.write(bytes.subarray(bytes.lastIndexOf(0x0a) + 1));
  return renderer.read().cursor.before;
}

/** Programs like top draw by cursor addressing: which line was the last says nothing. */
function isDrawn({ log, terminal }: SessionContext, shown: number): boolean {
  const { marks } = terminal;
  if (marks?.phase !== "running" || marks.since > shown) return false;
  const { bytes } = log.read(Math.max(shown, terminal.offset - maxLineBytes), terminal.offset);
  return /\x1b\[(?:\d+;\d+)?[Hf]/.test(Buffer.from(bytes).toString("latin1"));
}

/** After very much output the program counts as another one. */
function hasEnteredScreen({ log, terminal }: SessionContext, shown: number): boolean {
  if (terminal.offset - shown > maxScreenBytes) return true;
  const { bytes } = log.read(shown, terminal.offset);
  const { events } = scanStream(initialStreamState(shown), bytes, new Set());
  return events.some((event) => event.kind === "alternate-screen" && event.on);
}
