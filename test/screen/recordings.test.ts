import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { LineRenderer } from "../../src/screen/line-renderer.ts";
import { trimmed } from "./tmux-pane.ts";

/** What tmux showed when the log had `offset` bytes; `line` is the joined line that ends in the cursor's row. */
export type Snapshot = {
  readonly name: string;
  readonly offset: number;
  readonly rows: string[];
  readonly cursor: { readonly x: number; readonly y: number };
  readonly line: string;
};

type Recording = {
  readonly cols: number;
  readonly rows: number;
  readonly snapshots: Snapshot[];
  readonly log: string;
};

const folder = join(import.meta.dir, "..", "fixtures", "screen");

for (const file of readdirSync(folder)) {
  const recording: Recording = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const log = Buffer.from(recording.log, "base64");
  describe(`the recording ${file} shows as in tmux`, () => {
    for (const { name, offset, rows, cursor, line } of recording.snapshots) {
      test(name, () => {
        const renderer = new LineRenderer({ cols: recording.cols, rows: recording.rows, maxLines: 1000 });
        renderer.write(log.subarray(0, offset));
        const page = renderer.readPage();
        expect({ rows: page.rows.map(trimmed), cursor: page.cursor }).toEqual({ rows, cursor });
        expect(trimmed(renderer.read().cursor.before)).toBe(trimmed(before(line, cursor.x, recording.cols)));
      });
    }
  });
}

/** The part of `line` left of the cursor, which stands in its last row. */
function before(line: string, x: number, cols: number): string {
  let columns = 0;
  let rowStart = 0;
  let index = 0;
  for (const character of line) {
    const width = Bun.stringWidth(character);
    if (columns + width > cols) [rowStart, columns] = [index, 0];
    columns += width;
    index += character.length;
  }
  let end = rowStart;
  for (let column = 0; end < line.length && column < x; end++) column += Bun.stringWidth(line[end] ?? "");
  return line.slice(0, end);
}
