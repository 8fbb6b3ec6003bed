import {
  initialStreamState,
  scanStream,
  type StreamEvent,
  type StreamState,
} from "../screen/stream-parser.ts";
import { markNumber, parseMark } from "../shell-integration/mark.ts";
import { cursorLines } from "./cursor-lines.ts";
import type { CursorLine, StreamFacts } from "./derive-state.ts";
import { localMarkOsc, parseLocalMark } from "./local-mark.ts";
import {
  isRepeatedBegin,
  noteSeen,
  plainPromptAt,
  startTrack,
  takeLevelMark,
  type CarriedLevel,
  type MarkTrack,
} from "./mark-track.ts";
import { outputEnd } from "./output-end.ts";
import { PromptLevels } from "./prompt-levels.ts";
import { seenNumbers } from "./seen-numbers.ts";
import type { SshEnd, TerminalCheckpoint, TerminalOptions } from "./terminal-options.ts";

const oscNumbers: ReadonlySet<number> = new Set([localMarkOsc, markNumber]);
/** Of a flood so much is read before others are served. */
const chunkBytes = 262_144;
const checkpointEveryBytes = 4_194_304;
const checkpointAtEndBytes = 1_048_576;
const maxLineBytes = 65_536;

/** Follows a session's log from `start` on, and derives from it what the terminal is doing. */
export class Terminal {
  readonly levels = new PromptLevels();
  readonly #options: TerminalOptions;
  #stream: StreamState;
  /** The CSI ? 2004 h with which the line editor that waits now began. */
  #editor: TerminalCheckpoint["editor"];
  #end: SshEnd | undefined;
  /** Behind the last mark of a gap. */
  #gapEnd: number;
  #shells: readonly MarkTrack[];
  readonly #followed = new Set<string>();
  /** The line editor from before what is hidden now. */
  #hidden: { readonly editor: TerminalCheckpoint["editor"] } | undefined;
  /** That nothing came before it (performance.now) tells nothing: tmux stood still. */
  silenceFromMs = -Infinity;
  #lastOutputAtMs: number | undefined;
  #readAtMs = -Infinity;
  #catchingUp: Promise<void> | undefined;
  #savedAt: number;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#stream = options.checkpoint?.stream ?? initialStreamState(options.start);
    this.#savedAt = this.#stream.offset;
    this.#editor = options.checkpoint?.editor;
    this.#end = options.checkpoint?.end;
    this.#gapEnd = options.checkpoint?.gapEnd ?? 0;
    this.#shells = options.checkpoint?.levels ?? [];
    for (const level of options.levels) this.carry(level);
  }

  get offset(): number {
    return this.#stream.offset;
  }

  get end(): SshEnd | undefined {
    return this.#end;
  }

  /** What the marks of the innermost shell that carries them have told. */
  get marks(): MarkTrack | undefined {
    return this.#shells.findLast(({ phase }) => phase !== "unmarked");
  }

  /** The shells that carry marks and have not ended, the outermost first. */
  get shellLevels(): readonly MarkTrack[] {
    return this.#shells.filter(({ phase }) => phase !== "unmarked");
  }

  /** A hidden exchange has begun and not ended. */
  get isHidden(): boolean {
    return this.#hidden !== undefined;
  }

  /** Whether the marks of this shell have been counted from its beginning. */
  follows(aid: string): boolean {
    return this.#followed.has(aid) || this.#shells.some((shell) => shell.aid === aid);
  }

  /** From here on the marks of this shell count, inside the others or instead of those that its process carried before. */
  carry(level: CarriedLevel): void {
    this.#followed.add(level.aid);
    const isKnown = this.#shells.some(({ aid }) => aid === level.aid) || this.isReplaced(level.aid);
    if (!isKnown) this.#shells = [...this.#shells, startTrack(level)];
  }

  /** Whether other marks have taken the place of this shell's in the same process, so that what it ran may end untold. */
  isReplaced(aid: string): boolean {
    return this.#shells.some(({ replaces }) => replaces?.includes(aid));
  }

  /** Behind the last place where something was not recorded, 0 where all was. */
  get gapEnd(): number {
    return this.#gapEnd;
  }

  get alternateScreen(): boolean {
    return this.#stream.alternateScreen;
  }

  get bracketedPaste(): boolean {
    return this.#stream.bracketedPaste;
  }

  checkpoint(): TerminalCheckpoint {
    return {
      stream: this.#stream,
      editor: this.#editor,
      end: this.#end,
      gapEnd: this.#gapEnd,
      levels: this.#shells,
    };
  }

  /** Where the line began that something waits behind: at its line editor's start, else behind the last line feed. */
  get inputStart(): number {
    const editor = this.#stream.bracketedPaste ? this.#editor : undefined;
    return editor?.start ?? this.#stream.lineStart;
  }

  /** Where the output that the current prompt follows ends. */
  get outputEnd(): number {
    if (this.#end !== undefined) return this.#end.offset;
    return outputEnd(this.#options.log, this.#stream, this.#editor);
  }

  /** Reads what the log holds beyond the last reading. */
  async catchUp(): Promise<void> {
    this.#catchingUp ??= this.#readOn().finally(() => {
      this.#catchingUp = undefined;
    });
    await this.#catchingUp;
  }

  /**
   * `programEnded`: tmux confirms that ssh is gone, without which its end mark proves nothing. `enteredAt`: where our last
   * Enter was pressed; the line of an editor that a gap follows is not known to stand there still.
   */
  facts(programEnded: boolean, enteredAt = Infinity): StreamFacts {
    const lineLost = this.inputStart < enteredAt && enteredAt < this.#gapEnd;
    const lineStart = lineLost ? this.#gapEnd : this.#stream.lineStart;
    return {
      ended: programEnded && this.#end !== undefined,
      alternateScreen: this.#stream.alternateScreen,
      bracketedPaste: this.#stream.bracketedPaste,
      addressing: this.#stream.addressing,
      cursorLines: this.#cursorLines(lineStart, lineLost ? undefined : this.#editor?.end),
      lineStart: lineLost ? lineStart : this.inputStart,
      lineLost,
      marks: this.marks,
      quietMs: this.quietMs,
    };
  }

  get quietMs(): number {
    const lastAtMs = this.#lastOutputAtMs ?? Infinity;
    return Math.max(0, performance.now() - Math.max(lastAtMs, this.silenceFromMs));
  }

  async #readOn(): Promise<void> {
    const readAtMs = performance.now();
    const extent = this.#options.log.extent();
    const isNew = this.#lastOutputAtMs === undefined || extent.end > this.#stream.offset;
    if (extent.first > this.#stream.offset) this.#skipTo(extent.first);
    while (this.#stream.offset < extent.end) {
      const { offset } = this.#stream;
      const { bytes } = this.#options.log.readPiece(offset, Math.min(extent.end, offset + chunkBytes));
      if (bytes.length === 0) return;
      this.#take(bytes);
      const read = this.#stream.offset - this.#savedAt;
      const atEnd = this.#stream.offset >= extent.end;
      if (read >= checkpointEveryBytes || (atEnd && read >= checkpointAtEndBytes)) this.#save();
      if (!atEnd) await new Promise(setImmediate);
    }
    if (isNew && extent.changedAtMs > 0) this.#lastOutputAtMs = this.#outputTime(extent.changedAtMs);
    this.#readAtMs = readAtMs;
  }

  /** What is read only now may have come long ago, but not before the last reading, however the clock was set. */
  #outputTime(changedAtMs: number): number {
    const agoMs = Math.max(0, Date.now() - changedAtMs);
    return Math.max(this.#readAtMs, performance.now() - agoMs);
  }

  #save(): void {
    this.#savedAt = this.#stream.offset;
    this.#options.saveCheckpoint?.(this.checkpoint());
  }

  #skipTo(offset: number): void {
    this.#stream = initialStreamState(offset);
    this.#editor = undefined;
  }

  #take(bytes: Uint8Array): void {
    const from = this.#stream;
    const { state, events } = scanStream(from, bytes, oscNumbers);
    this.#stream = state;
    const marks = events.filter((event) => this.#apply(event));
    const numbers = this.#shells.map(({ aid }) => aid);
    const seen = seenNumbers(this.#options.log, { bytes, from, to: state, marks }, numbers);
    if (seen.length > 0) this.#shells = noteSeen(this.#shells, seen);
  }

  /** True for a mark that a shell of ours has just written. */
  #apply(event: StreamEvent): boolean {
    if (event.kind === "bracketed-paste")
      this.#editor = event.on ? { start: event.start, end: event.end } : undefined;
    if (event.kind !== "osc") return false;
    const mark = event.number === markNumber ? parseMark(event.payload) : undefined;
    if (event.number === localMarkOsc) this.#applyLocalMark(event);
    if (mark === undefined) return false;
    const before = this.#shells;
    this.#shells = takeLevelMark(before, mark, event);
    return this.#shells !== before || isRepeatedBegin(before, mark);
  }

  /** What stands between `hide` and `show` is on the alternate screen; the line that waited before waits again behind it. */
  #applyLocalMark({ payload, start, end }: { payload: string; start: number; end: number }): void {
    const { word, number, value = 0 } = parseLocalMark(payload) ?? {};
    if (number !== this.#options.number) return;
    if (word === "end") this.#end = { status: value, offset: start };
    if (word === "gap") this.#gapEnd = end;
    if (word === "gap" && this.#hidden) this.#stream = { ...this.#stream, alternateScreen: false };
    // What runs or is hidden may have ended in the gap: its last line is not the one behind it.
    if (word === "gap" && this.marks?.phase === "running") this.#stream = { ...this.#stream, lineStart: end };
    if (word === "show" && this.#hidden !== undefined) this.#editor = this.#hidden.editor;
    if (word === "show") this.#hidden = undefined;
    if (word === "hide") this.#hidden = { editor: this.#editor };
  }

  #cursorLines(lineStart: number, editorEnd: number | undefined): CursorLine[] {
    const { log, cols, rows } = this.#options;
    const { offset } = this.#stream;
    const line = log.read(Math.max(lineStart, offset - maxLineBytes), offset);
    return cursorLines(line, editorEnd ?? plainPromptAt(this.marks), { cols, rows });
  }
}
