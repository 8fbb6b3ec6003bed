import type { StreamState } from "../screen/stream-parser.ts";
import type { LogStore } from "../state/log-store.ts";
import type { Span } from "./mark-track.ts";

const numberBytes = 32;
/** More than a mark is long: what goes on without end is none. */
const maxMarkBytes = 8_192;

/** The bytes that a reader went over last, from state `from` to state `to`, and our own marks among them. */
export type Reading = {
  readonly bytes: Uint8Array;
  readonly from: StreamState;
  readonly to: StreamState;
  readonly marks: readonly Span[];
};

/** Those of our numbers that stand in what was read outside our own marks, as where a log of ours is printed. */
export function seenNumbers(log: LogStore, reading: Reading, numbers: readonly string[]): readonly string[] {
  const { bytes, from, to, marks } = reading;
  const pieces = [seam(log, reading), { start: from.offset, bytes }];
  const searchedTo = settledTo(to);
  return numbers.filter((number) =>
    pieces.some((piece) =>
      placesOf(number, piece).some(
        (at) => at + numberBytes <= searchedTo && !marks.some(({ start, end }) => start <= at && at < end),
      ),
    ),
  );
}

/** What was put off, and a number that is cut where one reading ended. */
function seam(log: LogStore, { from, to }: Reading) {
  const start = Math.max(0, settledTo(from) - numberBytes + 1);
  return log.read(start, Math.min(to.offset, from.offset + numberBytes - 1));
}

/** A mark that is not there whole is judged later. */
function settledTo({ offset, escape }: StreamState): number {
  return escape === null || offset - escape.start > maxMarkBytes ? offset : escape.start;
}

function placesOf(
  number: string,
  { start, bytes }: { readonly start: number; readonly bytes: Uint8Array },
): number[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places: number[] = [];
  for (let at = data.indexOf(number); at >= 0; at = data.indexOf(number, at + numberBytes))
    places.push(start + at);
  return places;
}
