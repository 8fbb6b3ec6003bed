import { renderCursor } from "../base/cursor.ts";
import type { LogStore } from "../state/log-store.ts";
import { cursorPlace } from "./cursor-place.ts";
import type { SessionContext } from "./look.ts";
import { readLines } from "./read-lines.ts";

/** `first` and `last` are the ends of what is kept; the page stands between `start` and `end`. All are cursors. */
export type LogPage = {
  readonly sessionName: string;
  readonly first: string;
  readonly start: string;
  readonly end: string;
  readonly last: string;
  readonly lines: readonly string[];
  /** Of what came between. */
  readonly bytesUnrecorded: number;
  /** The lines around it, by which a value is known that is broken over the page's edge. */
  readonly before: readonly string[];
  readonly after: readonly string[];
};

const pageBytes = 32_768;
const aroundBytes = 4_096;
const lineFeed = 0x0a;

/** The lines from `cursor` on, at most a page of them; without it the last page. Throws CURSOR_INVALID. */
export async function readLogPage(session: SessionContext, cursor: string | undefined): Promise<LogPage> {
  const { log, record, terminal } = session;
  await terminal.catchUp();
  const last = terminal.offset;
  const first = Math.min(last, Math.max(record.log_start, log.extent().first));
  const start =
    cursor === undefined
      ? lineStart(log, Math.max(first, last - pageBytes), first)
      : Math.max(first, cursorPlace(session, cursor));
  const end = lineEnd(log, start, last);
  const shown = (offset: number) => renderCursor({ incarnation: record.incarnation, offset });
  const around = { from: Math.max(first, start - aroundBytes), to: Math.min(last, end + aroundBytes) };
  const { lines, bytesUnrecorded } = await readLines(session, start, end);
  return {
    sessionName: record.session_name,
    first: shown(first),
    start: shown(start),
    end: shown(end),
    last: shown(last),
    lines,
    bytesUnrecorded,
    before: (await readLines(session, around.from, start)).lines,
    after: (await readLines(session, end, around.to)).lines,
  };
}

function lineStart(log: LogStore, at: number, first: number): number {
  return at === first ? at : at + log.read(at, at + pageBytes).bytes.indexOf(lineFeed) + 1;
}

/** A line that fills the page alone is cut. */
function lineEnd(log: LogStore, start: number, last: number): number {
  if (last - start <= pageBytes) return last;
  const { bytes } = log.read(start, start + pageBytes);
  const whole = bytes.lastIndexOf(lineFeed) + 1;
  return start + (whole === 0 ? bytes.length : whole);
}
