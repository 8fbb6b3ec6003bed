import { EscapeParser } from "./escape-parser.ts";
import type { EscapeState } from "./escape-parser.ts";

const MAX_PAYLOAD_BYTES = 4096;
const SHORT_SCAN_BYTES = 256;
const keptAddressing = 8;

/**
 * All that is known of a stream up to `offset`, as plain JSON. Offsets are absolute.
 * `lineStart` is the first byte after the last line feed outside the alternate screen; `addressing` says where the last
 * few cursor movements to an absolute row ended there (CSI H, f, d), oldest first. What is drawn while the cursor is
 * saved, as a status line, is not among them.
 */
export type StreamState = {
  readonly offset: number;
  readonly bracketedPaste: boolean;
  readonly alternateScreen: boolean;
  readonly lineStart: number;
  readonly addressing: readonly number[];
  readonly savedAddressing: readonly number[] | null;
  readonly escape: EscapeState | null;
};

type Place = { readonly start: number; readonly end: number };

/** `start` is the offset of the sequence's ESC, `end` that of the byte after it. A switch is reported each time it is written. */
export type StreamEvent = Place &
  (
    | { readonly kind: "bracketed-paste"; readonly on: boolean }
    | { readonly kind: "alternate-screen"; readonly on: boolean }
    | { readonly kind: "osc"; readonly number: number; readonly payload: string }
    | { readonly kind: "reset" }
    | { readonly kind: "erase-scrollback" }
  );

export function initialStreamState(offset: number): StreamState {
  return {
    offset,
    bracketedPaste: false,
    alternateScreen: false,
    lineStart: offset,
    addressing: [],
    savedAddressing: null,
    escape: null,
  };
}

/**
 * Reads the next bytes of a stream, cut anywhere. Never throws on what they hold. OSC strings are reported for
 * `oscNumbers` alone, complete ones only, with a payload (what follows `number;`) of at most 4,096 bytes.
 */
export function scanStream(
  state: StreamState,
  bytes: Uint8Array,
  oscNumbers: ReadonlySet<number>,
): { state: StreamState; events: StreamEvent[] } {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parser = new EscapeParser(state.escape);
  const scan: Scan = { ...state, oscNumbers, events: [] };
  for (let at = 0; at < data.length;) {
    if (parser.inGround) {
      const escapeAt = data.indexOf(0x1b, at);
      const textEnd = escapeAt === -1 ? data.length : escapeAt;
      if (!scan.alternateScreen) noteLineFeed(scan, data, at, textEnd, state.offset);
      if (escapeAt !== -1) parser.begin(state.offset + escapeAt);
      at = textEnd + 1;
    } else {
      at = parser.advance(data, at, state.offset);
      take(scan, parser, state.offset + at);
    }
  }
  return {
    state: {
      offset: state.offset + data.length,
      bracketedPaste: scan.bracketedPaste,
      alternateScreen: scan.alternateScreen,
      lineStart: scan.lineStart,
      addressing: scan.addressing,
      savedAddressing: scan.savedAddressing,
      escape: parser.snapshot(),
    },
    events: scan.events,
  };
}

type Scan = {
  bracketedPaste: boolean;
  alternateScreen: boolean;
  lineStart: number;
  addressing: readonly number[];
  savedAddressing: readonly number[] | null;
  readonly oscNumbers: ReadonlySet<number>;
  readonly events: StreamEvent[];
};

function noteLineFeed(scan: Scan, data: Buffer, from: number, to: number, base: number): void {
  const near = Math.max(from, to - SHORT_SCAN_BYTES);
  for (let index = to - 1; index >= near; index--) {
    if (data[index] !== 0x0a) continue;
    scan.lineStart = base + index + 1;
    return;
  }
  if (near === from) return;
  const found = data.subarray(from, near).lastIndexOf(0x0a);
  if (found !== -1) scan.lineStart = base + from + found + 1;
}

function take(scan: Scan, parser: EscapeParser, end: number): void {
  switch (parser.outcome) {
    case "nothing":
      return;
    case "control":
      if (parser.final === 0x0a && !scan.alternateScreen) scan.lineStart = end;
      return;
    case "csi":
      return takeCsi(scan, parser, end);
    case "osc":
      return takeOsc(scan, parser, end);
    case "escape":
      return takeEscape(scan, parser, end);
  }
}

function takeEscape(scan: Scan, { final, intermediates, start }: EscapeParser, end: number): void {
  if (intermediates !== "") return;
  if (final === 0x37) saveCursor(scan);
  else if (final === 0x38) restoreCursor(scan);
  else if (final === 0x63) {
    scan.bracketedPaste = false;
    scan.events.push({ kind: "reset", start, end });
  }
}

function saveCursor(scan: Scan): void {
  scan.savedAddressing = scan.addressing;
}

function restoreCursor(scan: Scan): void {
  scan.addressing = scan.savedAddressing ?? scan.addressing;
  scan.savedAddressing = null;
}

function takeCsi(scan: Scan, parser: EscapeParser, end: number): void {
  const { final, intermediates, parameters, start } = parser;
  if (intermediates === "?" && (final === 0x68 || final === 0x6c)) {
    for (const mode of parameters) takeMode(scan, mode, final === 0x68, { start, end });
  } else if (intermediates !== "") return;
  else if (final === 0x4a && parameters[0] === 3 && (parameters[1] ?? 0) <= 0) {
    scan.events.push({ kind: "erase-scrollback", start, end });
  } else if ((final === 0x48 || final === 0x66 || final === 0x64) && !scan.alternateScreen) {
    scan.addressing = [...scan.addressing, end].slice(-keptAddressing);
  } else if (final === 0x73 && parameters.length === 0) saveCursor(scan);
  else if (final === 0x75) restoreCursor(scan);
}

function takeMode(scan: Scan, mode: number, on: boolean, place: Place): void {
  if (mode === 2004) {
    scan.bracketedPaste = on;
    scan.events.push({ kind: "bracketed-paste", on, ...place });
  } else if (mode === 1049 || mode === 1047 || mode === 47) {
    scan.alternateScreen = on;
    scan.events.push({ kind: "alternate-screen", on, ...place });
  }
}

function takeOsc(scan: Scan, parser: EscapeParser, end: number): void {
  const [whole, digits] = /^([0-9]{1,9})(?:;|$)/.exec(parser.text) ?? [];
  if (whole === undefined) return;
  const number = Number(digits);
  if (!scan.oscNumbers.has(number)) return;
  const payload = Buffer.from(parser.text.slice(whole.length), "latin1");
  if (payload.length > MAX_PAYLOAD_BYTES) return;
  scan.events.push({ kind: "osc", number, payload: payload.toString("utf8"), start: parser.start, end });
}
