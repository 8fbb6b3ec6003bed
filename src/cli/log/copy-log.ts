import { FolderWatch } from "../../platform/folder-watch.ts";
import { readerGone } from "../../platform/reader-gone.ts";
import { LogText, pieceBytes } from "../../sessions/log-text.ts";
import type { LoggedSession } from "../../sessions/logged-session.ts";
import { exitCodes } from "../command.ts";
import { printableLine } from "../printable.ts";

const lookAgainMs = 1_000;

type Range = { readonly start: number; readonly end: number };
type Write = (text: string | Uint8Array) => void;

/** While `isOpen`, more is waited for; `logs` is the folder that the log is in. */
type Way = { readonly raw: boolean; readonly isOpen: () => boolean; readonly logs: string };

/** Writes a part of a log to standard output, and what comes after it as long as there is somebody to read it. */
export async function copyLog(
  logged: LoggedSession,
  range: Range,
  { raw, isOpen, logs }: Way,
  write: Write,
): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => stop.abort("interrupted");
  process.once("SIGINT", interrupt);
  const gone = readerGone(1, stop.signal).then(() => stop.abort("gone"));
  using changes = new FolderWatch(logs).subscribe(`${logged.name}.log`);
  const sink = raw ? rawSink(write) : textSink(logged, write);
  let at = range.start;
  for (;;) {
    const goesOn = isOpen();
    at = await copyPieces(logged, { start: at, end: range.end }, sink, stop.signal);
    if (!goesOn || stop.signal.aborted) break;
    sink.show();
    await changes.next(lookAgainMs, [stop.signal]);
  }
  if (!stop.signal.aborted) sink.end();
  process.off("SIGINT", interrupt);
  stop.abort("done");
  await gone;
  return stop.signal.reason === "interrupted" ? exitCodes.interrupted : exitCodes.done;
}

/** Where the bytes of a log go: `show` all that stands by now, `end` with what is left. */
type Sink = {
  readonly take: (bytes: Uint8Array) => void;
  readonly show: () => void;
  readonly end: () => void;
};

function rawSink(write: Write): Sink {
  return { take: write, show: () => {}, end: () => {} };
}

function textSink(size: { readonly cols: number; readonly rows: number }, write: Write): Sink {
  const text = new LogText(size);
  const print = (lines: readonly string[]) => {
    if (lines.length > 0) write(`${lines.map(printableLine).join("\n")}\n`);
  };
  return {
    take: (bytes) => print(text.take(bytes)),
    show: () => print(text.standing()),
    end: () => print(text.end()),
  };
}

/** Returns where the next reading goes on. */
async function copyPieces(
  { log }: LoggedSession,
  { start, end }: Range,
  sink: Sink,
  stop: AbortSignal,
): Promise<number> {
  let at = start;
  while (at < end && !stop.aborted) {
    const piece = log.read(at, Math.min(end, at + pieceBytes));
    if (piece.bytes.length === 0) {
      // The recorder dropped what stood here.
      if (piece.start <= at) break;
      at = piece.start;
      continue;
    }
    sink.take(piece.bytes);
    at = piece.start + piece.bytes.length;
    await new Promise(setImmediate);
  }
  return at;
}
