import { LineRenderer } from "../screen/line-renderer.ts";
import { matchDrawn, matchEcho, type EchoMatch } from "./echo.ts";
import type { SessionContext } from "./look.ts";

const maxLines = 10_000;
/** Behind a prompt may stand whatever a background process wrote since: of that only the end, where text is typed. */
const maxBeforeBytes = 262_144;
const maxAreaBytes = 2_097_152;
/** More than the lines of a prompt. */
const lineFeeds = Buffer.from("\n".repeat(5));

/**
 * What stands behind the prompt, which begins at log offset `start`. What is right of the cursor, as an editor's
 * suggestion, need not be part of it.
 */
export class InputArea {
  readonly #session: SessionContext;
  readonly #start: number;
  readonly #prompt: string;
  readonly #typedAt: number;
  /** Which line the prompt ends in: vim, for one, moves down before it leaves. */
  readonly #firstLine: number;
  /** A prompt at the right margin, which stays there beside the first of several lines. */
  readonly #rightPrompt: string;

  constructor(session: SessionContext, start: number, prompt: string) {
    this.#session = session;
    this.#typedAt = session.terminal.offset;
    this.#start = Math.max(start, this.#typedAt - maxBeforeBytes);
    this.#prompt = prompt;
    const { cursor } = this.#render();
    this.#firstLine = cursor.line;
    this.#rightPrompt = cursor.after.trim();
  }

  match(typed: string): EchoMatch {
    const { lines, cursor } = this.#render();
    const above = lines.slice(this.#firstLine, cursor.line);
    const match = matchEcho(this.#ownText([...above, cursor.before]), typed);
    if (match !== "none") return match;
    if (!this.#overflows(typed) && isAscii(typed)) return match;
    return matchDrawn(Buffer.from(this.#read(this.#typedAt)).toString("utf8"), typed);
  }

  #ownText([first = "", ...rest]: readonly string[]): string {
    const text = first.slice(promptLength(this.#prompt, first));
    const hasRight = this.#rightPrompt !== "" && text.endsWith(this.#rightPrompt);
    return [hasRight ? text.slice(0, -this.#rightPrompt.length) : text, ...rest].join("\n");
  }

  #overflows(typed: string): boolean {
    const { cols, rows } = this.#session.record;
    const rowsOf = (line: string) => 1 + Math.floor((line.length * 2) / cols);
    return typed.split("\n").reduce((sum, line) => sum + rowsOf(line), 1) >= rows;
  }

  #render() {
    const { record } = this.#session;
    const renderer = new LineRenderer({ cols: record.cols, rows: record.rows, maxLines });
    // What is drawn again from the top of the area must not count as a screen that is cleared.
    renderer.write(lineFeeds);
    renderer.write(this.#read(this.#start));
    return renderer.read();
  }

  #read(start: number): Uint8Array {
    const { log, terminal } = this.#session;
    return log.read(Math.max(start, terminal.offset - maxAreaBytes), terminal.offset).bytes;
  }
}

/** A prompt that was drawn anew meanwhile, as by a background process of it, ends with the same signs. */
function promptLength(prompt: string, line: string): number {
  if (line.startsWith(prompt)) return prompt.length;
  const signs = /[^\p{L}\p{N}\s]+\s*$/u.exec(prompt)?.[0];
  const at = signs === undefined ? -1 : line.indexOf(signs);
  return signs === undefined || at < 0 ? 0 : at + signs.length;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
