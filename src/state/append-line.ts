import { fstatSync, ftruncateSync, readSync, writeSync } from "node:fs";

const lineFeed = 0x0a;

/** Appends `line` (with its line feed) whole or not at all, also after one that a crash cut short; for a file opened to read and append. */
export function appendLine(descriptor: number, line: string): void {
  const { size } = fstatSync(descriptor);
  appendWhole(descriptor, size, endsLine(descriptor, size) ? line : `\n${line}`);
}

/** A disk that is full may take a part: it is taken back. */
function appendWhole(descriptor: number, size: number, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    if (written > 0 && fstatSync(descriptor).size === size + written) ftruncateSync(descriptor, size);
    throw error;
  }
}

/** False after a line that a crash cut short. */
function endsLine(descriptor: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size === 0 || (readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] === lineFeed);
}
