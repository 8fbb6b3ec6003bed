import type { OutputFacts } from "../sessions/outcome.ts";
import { cleanText, sliceWhole } from "./remote-text.ts";

const maxLineChars = 500;
const keptLineEndChars = 240;
const markerRoom = 160;

/** `tail` keeps the end only, `both` a quarter of the room for the beginning. */
export type OutputBounds = {
  readonly numLines: number;
  readonly maxChars: number;
  readonly keep: "tail" | "both";
};

export type BoundedOutput = { readonly output: string; readonly lines: number; readonly cut: boolean };

type Output = Pick<OutputFacts, "output" | "head">;

/** Cleaned text within the bounds; what is left out is counted in a line of its own in place of it. */
export function boundOutput({ output, head: beginning }: Output, bounds: OutputBounds): BoundedOutput {
  const last = splitLines(cleanText(output));
  if (beginning === undefined && fitsWhole(last, bounds)) return show(last.map(shortenLine), []);
  const first = beginning === undefined ? last : splitLines(cleanText(beginning.output));
  const head = takeHead(first, bounds);
  const tail = takeTail(first === last ? last.slice(head.length) : last, head, bounds);
  const all = first === last ? last : [...first, ...last];
  return show(head, tail, marker(all.slice(head.length, all.length - tail.length), beginning));
}

function show(head: readonly Shown[], tail: readonly Shown[], between?: string): BoundedOutput {
  const kept = [...head, ...tail];
  const parts = [...head.map(shownText), ...(between === undefined ? [] : [between]), ...tail.map(shownText)];
  const cut = between !== undefined || kept.some((line) => line.cut);
  return { output: parts.join("\n"), lines: kept.length, cut };
}

type Shown = { readonly text: string; readonly cut: boolean };

function shownText(line: Shown): string {
  return line.text;
}

function takeHead(lines: readonly string[], bounds: OutputBounds): Shown[] {
  if (bounds.keep === "tail") return [];
  const room = Math.floor((bounds.maxChars - markerRoom) / 4);
  return takeWhile(lines.slice(0, Math.floor(bounds.numLines / 4)), room);
}

function takeTail(lines: readonly string[], head: readonly Shown[], bounds: OutputBounds): Shown[] {
  const count = Math.min(lines.length, bounds.numLines - head.length);
  if (count <= 0) return [];
  const room = bounds.maxChars - markerRoom - charsOf(head);
  return takeWhile(lines.slice(-count).reverse(), room).reverse();
}

function takeWhile(lines: readonly string[], room: number): Shown[] {
  const taken: Shown[] = [];
  let left = room;
  for (const line of lines) {
    const shown = shortenLine(line);
    left -= shown.text.length + 1;
    if (left < 0) break;
    taken.push(shown);
  }
  return taken;
}

function fitsWhole(lines: readonly string[], bounds: OutputBounds): boolean {
  if (lines.length > bounds.numLines) return false;
  let left = bounds.maxChars + 1;
  for (const line of lines) left -= shortenLine(line).text.length + 1;
  return left >= 0;
}

function charsOf(lines: readonly Shown[]): number {
  return lines.reduce((sum, line) => sum + line.text.length + 1, 0);
}

function shortenLine(line: string): Shown {
  if (line.length <= maxLineChars) return { text: line, cut: false };
  const left = line.length - 2 * keptLineEndChars;
  const head = sliceWhole(line, 0, keptLineEndChars);
  const tail = sliceWhole(line, line.length - keptLineEndChars);
  return { text: `${head}[… ${left} characters …]${tail}`, cut: true };
}

function marker(missing: readonly string[], between: OutputFacts["head"]): string {
  const count = missing.length + (between?.linesBetween ?? 0);
  const bytes = missing.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, between?.bytesBetween ?? 0);
  const lines = count === 1 ? "1 line" : `${count} lines`;
  return `[… ${lines}, ${bytes} bytes left out; get_terminal_output with a larger num_lines and max_chars shows more, search_output finds lines in it …]`;
}

function splitLines(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}
