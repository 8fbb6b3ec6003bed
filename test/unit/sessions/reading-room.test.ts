import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readLines } from "../../../src/sessions/read-lines.ts";
import { Terminal } from "../../../src/sessions/terminal.ts";
import { Turns } from "../../../src/sessions/turns.ts";
import { LogStore, maxPieceBytes } from "../../../src/state/log-store.ts";
import { sampleRecord } from "../../support/sample-record.ts";

const size = { cols: 200, rows: 50 };
const record = sampleRecord(size);

test("logs that are read at the same time into the same room are each read right", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-room-"));
  try {
    const room = new Uint8Array(maxPieceBytes);
    const rendering = new Turns();
    const read = async (name: string, lines: number, width: number) => {
      const path = join(folder, name);
      const line = (at: number) => `${name} ${at}`.padEnd(width, name);
      const text = Array.from({ length: lines }, (_, at) => `${line(at + 1)}\r\n`).join("");
      writeFileSync(path, `${text}${name}> `);
      const log = new LogStore(path, { room });
      const terminal = new Terminal({ log, number: record.number, start: 0, levels: [], ...size });
      const [, { lines: last, head }] = await Promise.all([
        terminal.catchUp(),
        readLines({ log, record, rendering }, 0, text.length),
      ]);
      expect(terminal.facts(false).cursorLines[0]?.before).toBe(`${name}> `);
      expect(head?.lines[0]).toBe(line(1));
      expect(last.at(-1)).toBe(line(lines));
      expect((head?.lines.length ?? 0) + (head?.linesBetween ?? 0) + last.length).toBe(lines);
    };
    await Promise.all([read("a", 20_000, 80), read("b", 60_000, 20), read("c", 9_000, 190)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
