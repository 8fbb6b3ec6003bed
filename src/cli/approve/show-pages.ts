import type { ControllingTerminal, TypedLine } from "../../platform/controlling-terminal.ts";

type Size = { readonly rows: number; readonly cols: number };

const more = "-- Enter shows more --";

/** `text` (printable ASCII) a screen at a time, so that nothing of it scrolls away unseen. False when the reader has left before its end. */
export async function showPages(
  terminal: Pick<ControllingTerminal, "write" | "readLine">,
  text: string,
  { rows, cols }: Size,
): Promise<boolean> {
  const lines = text.split("\n").flatMap((line) => wrap(line, Math.max(1, cols)));
  const height = Math.max(1, rows - 1);
  for (let start = 0; start < lines.length; start += height) {
    if (start > 0 && !goesOn(await terminal.readLine(more, { hidden: false }))) return false;
    terminal.write(`${lines.slice(start, start + height).join("\n")}\n`);
  }
  return true;
}

/** Of standard output where that is a terminal; elsewhere everything is one page. */
export function pageSize({ isTTY, rows, columns }: NodeJS.WriteStream): Size {
  return isTTY && rows > 0 && columns > 0 ? { rows, cols: columns } : { rows: Infinity, cols: Infinity };
}

function goesOn({ kind }: TypedLine): boolean {
  return kind === "line";
}

function wrap(line: string, cols: number): string[] {
  if (line.length <= cols) return [line];
  return Array.from({ length: Math.ceil(line.length / cols) }, (_, index) =>
    line.slice(index * cols, (index + 1) * cols),
  );
}
