// The escape grammar of tmux's input.c (3.3a, read 2026-11; the limits are the same from 2.6 to 3.7c), with two
// differences: ESC ends every string, DCS too, and so do CAN and SUB; tmux has a 5 s timer there, a log has none.
// Raw C1 bytes introduce and end nothing, since they occur inside UTF-8 characters.

const MAX_PARAMETER_BYTES = 63;
const MAX_PARAMETERS = 23;
const MAX_INTERMEDIATES = 3;
const MAX_NUMBER = 0x7fffffff;
/** An OSC whose text is longer than this is read to its end and dropped. */
export const MAX_OSC_BYTES = 4096 + 16;

/** A parameter that was left empty, and one with sub-parameters (`4:3`). */
export const MISSING = -1;
export const SUBPARAMETERS = -2;

type Phase = "ground" | "escape" | "csi" | "csi-ignored" | "osc" | "osc-escape" | "string";

/** Where a parser stands inside a sequence; plain JSON. `start` is as given to `begin`. */
export type EscapeState = {
  readonly phase: Phase;
  readonly start: number;
  readonly intermediates: string;
  readonly parameters: readonly number[];
  readonly parameterBytes: number;
  readonly discarded: boolean;
  readonly text: string;
};

/**
 * What `advance` stopped at: nothing to do, a C0 control inside a sequence (in `final`), a complete
 * ESC or CSI sequence, or an OSC ended by BEL or ESC \ (in `text`, one character per byte).
 */
export type EscapeOutcome = "nothing" | "control" | "escape" | "csi" | "osc";

/** Reads escape sequences from chunks cut anywhere. Outside a sequence (`inGround`) the caller reads text itself. */
export class EscapeParser {
  outcome: EscapeOutcome = "nothing";
  final = 0;
  start = 0;
  intermediates = "";
  readonly parameters: number[] = [];
  text = "";
  private phase: Phase = "ground";
  private parameterBytes = 0;
  private discarded = false;

  constructor(state: EscapeState | null = null) {
    if (state === null) return;
    this.phase = state.phase;
    this.start = state.start;
    this.intermediates = state.intermediates;
    this.parameters.push(...state.parameters.slice(0, MAX_PARAMETERS + 1));
    this.parameterBytes = state.parameterBytes;
    this.discarded = state.discarded;
    this.text = state.text.slice(0, MAX_OSC_BYTES);
  }

  get inGround(): boolean {
    return this.phase === "ground";
  }

  /** Null between sequences. */
  snapshot(): EscapeState | null {
    if (this.phase === "ground") return null;
    const { phase, start, intermediates, parameterBytes, discarded, text } = this;
    return { phase, start, intermediates, parameters: [...this.parameters], parameterBytes, discarded, text };
  }

  /** To be called for an ESC seen outside a sequence; `start` is its place, in the caller's terms. */
  begin(start: number): void {
    this.phase = "escape";
    this.start = start;
    this.intermediates = "";
    this.parameters.length = 0;
    this.parameterBytes = 0;
    this.discarded = false;
    this.text = "";
  }

  /** Reads on from `at` to the next outcome or the end of `bytes`; returns where to go on. `base` is the place of `bytes[0]`. */
  advance(bytes: Buffer, at: number, base: number): number {
    this.outcome = "nothing";
    switch (this.phase) {
      case "ground":
        return at;
      case "escape":
        return this.readEscape(bytes, at, base);
      case "csi":
      case "csi-ignored":
        return this.readCsi(bytes, at, base);
      case "osc":
        return this.readOsc(bytes, at);
      case "osc-escape":
        return at < bytes.length ? this.readOscEnd(bytes, at, base) : at;
      case "string":
        return this.readString(bytes, at, base);
    }
  }

  private readEscape(bytes: Buffer, at: number, base: number): number {
    for (let index = at; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      if (byte >= 0x7f) continue;
      if (byte < 0x20) this.stopAtControl(byte, base + index);
      else if (byte >= 0x30) this.dispatchEscape(byte);
      else {
        this.addIntermediate(byte);
        continue;
      }
      return index + 1;
    }
    return bytes.length;
  }

  private dispatchEscape(byte: number): void {
    if (this.intermediates !== "") this.end(this.discarded ? "nothing" : "escape", byte);
    else if (byte === 0x5b) this.phase = "csi";
    else if (byte === 0x5d) this.phase = "osc";
    // DCS, SOS, PM, APC, and screen's ESC k that sets a title.
    else if (byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f || byte === 0x6b)
      this.phase = "string";
    else this.end("escape", byte);
  }

  private readCsi(bytes: Buffer, at: number, base: number): number {
    for (let index = at; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      if (byte >= 0x7f) continue;
      if (byte >= 0x40) this.end(this.phase === "csi-ignored" || this.discarded ? "nothing" : "csi", byte);
      else if (byte < 0x20) this.stopAtControl(byte, base + index);
      else {
        if (byte < 0x30) this.addIntermediate(byte);
        else this.addParameterByte(byte);
        continue;
      }
      return index + 1;
    }
    return bytes.length;
  }

  private addParameterByte(byte: number): void {
    const isPrivate = byte >= 0x3c;
    const isAfterIntermediate =
      this.intermediates.length > 0 && this.intermediates.charCodeAt(this.intermediates.length - 1) < 0x30;
    const isMisplaced = isPrivate && (this.parameterBytes > 0 || this.intermediates !== "");
    if (isAfterIntermediate || isMisplaced) this.phase = "csi-ignored";
    else if (isPrivate) this.addIntermediate(byte);
    else if (++this.parameterBytes > MAX_PARAMETER_BYTES) this.discarded = true;
    else this.addParameter(byte);
  }

  private addParameter(byte: number): void {
    const { parameters } = this;
    if (parameters.length === 0) parameters.push(MISSING);
    const last = parameters.length - 1;
    const value = parameters[last] ?? MISSING;
    if (byte === 0x3b) {
      if (parameters.push(MISSING) > MAX_PARAMETERS) this.discarded = true;
    } else if (byte === 0x3a || value === SUBPARAMETERS) parameters[last] = SUBPARAMETERS;
    else {
      const number = Math.max(value, 0) * 10 + byte - 0x30;
      parameters[last] = Math.min(number, MAX_NUMBER);
      if (number > MAX_NUMBER) this.discarded = true;
    }
  }

  private addIntermediate(byte: number): void {
    if (this.intermediates.length === MAX_INTERMEDIATES) this.discarded = true;
    else this.intermediates += String.fromCharCode(byte);
  }

  private readOsc(bytes: Buffer, at: number): number {
    let from = at;
    for (let index = at; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      if (byte >= 0x20) continue;
      this.addText(bytes, from, index);
      from = index + 1;
      if (byte === 0x1b) this.phase = "osc-escape";
      else if (byte === 0x07) this.end(this.discarded ? "nothing" : "osc", byte);
      else if (byte === 0x18 || byte === 0x1a) this.end("nothing", byte);
      else continue;
      return from;
    }
    this.addText(bytes, from, bytes.length);
    return bytes.length;
  }

  private addText(bytes: Buffer, from: number, to: number): void {
    if (this.text.length + to - from > MAX_OSC_BYTES) {
      this.discarded = true;
      this.text = "";
    }
    if (!this.discarded && to > from) this.text += bytes.toString("latin1", from, to);
  }

  private readOscEnd(bytes: Buffer, at: number, base: number): number {
    if (bytes[at] === 0x5c) {
      this.end(this.discarded ? "nothing" : "osc", 0x5c);
      return at + 1;
    }
    this.begin(base + at - 1);
    return at;
  }

  private readString(bytes: Buffer, at: number, base: number): number {
    for (let index = at; index < bytes.length; index++) {
      const byte = bytes[index];
      if (byte !== 0x1b && byte !== 0x18 && byte !== 0x1a) continue;
      this.stopAtControl(byte, base + index);
      return index + 1;
    }
    return bytes.length;
  }

  private stopAtControl(byte: number, place: number): void {
    if (byte === 0x1b) this.begin(place);
    else if (byte === 0x18 || byte === 0x1a) this.end("nothing", byte);
    else {
      this.outcome = "control";
      this.final = byte;
    }
  }

  private end(outcome: EscapeOutcome, final: number): void {
    this.phase = "ground";
    this.outcome = outcome;
    this.final = final;
  }
}
