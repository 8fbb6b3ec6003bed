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

/** Cleaned text within the bounds; what is left out is counted in a line of its own in place of it. */
export function boundOutput(text: string, bounds: OutputBounds): BoundedOutput {
  const lines = splitLines(cleanText(text));
  const head = takeHead(lines, bounds);
  const tail = takeTail(lines, head, bounds);
  const kept = head.length + tail.length;
  const shortened = [...head, ...tail].some((line) => line.cut);
  const parts = [...head.map(shownText), ...tail.map(shownText)];
  const cut = kept < lines.length;
  if (cut) parts.splice(head.length, 0, marker(lines.slice(head.length, lines.length - tail.length)));
  return { output: parts.join("\n"), lines: kept, cut: cut || shortened };
}

type Shown = { readonly text: string; readonly cut: boolean };

function shownText(line: Shown): string {
  return line.text;
}

function takeHead(lines: readonly string[], bounds: OutputBounds): Shown[] {
  if (fitsWhole(lines, bounds)) return lines.map(shortenLine);
  if (bounds.keep === "tail") return [];
  const room = Math.floor((bounds.maxChars - markerRoom) / 4);
  return takeWhile(lines.slice(0, Math.floor(bounds.numLines / 4)), room);
}

function takeTail(lines: readonly string[], head: readonly Shown[], bounds: OutputBounds): Shown[] {
  const rest = lines.length - head.length;
  const count = Math.min(rest, bounds.numLines - head.length);
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

function marker(missing: readonly string[]): string {
  const bytes = missing.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  const lines = missing.length === 1 ? "1 line" : `${missing.length} lines`;
  return `[… ${lines}, ${bytes} bytes left out; get_terminal_output with a larger num_lines and max_chars shows more …]`;
}

function splitLines(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}
