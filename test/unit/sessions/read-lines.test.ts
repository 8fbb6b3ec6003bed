import { expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readLines } from "../../../src/sessions/read-lines.ts";
import { Turns } from "../../../src/sessions/turns.ts";
import { LogStore, type LogRange } from "../../../src/state/log-store.ts";
import { sampleRecord } from "../../support/sample-record.ts";

const record = sampleRecord({ cols: 80, rows: 24 });

/** A log of which something is done just before it is read for the first time. */
class DisturbedLog extends LogStore {
  disturb: (() => void) | undefined;

  override read(start: number, end: number, room?: Uint8Array): LogRange {
    this.disturb?.();
    this.disturb = undefined;
    return super.read(start, end, room);
  }
}

test("a segment that is dropped while its lines are read is told as missed, with nothing of it half shown", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-lines-"));
  try {
    const path = join(folder, "s.log");
    const segment = (start: number) => `${path}.${String(start).padStart(20, "0")}`;
    const [old, kept] = [lines(0, 100), lines(100, 200)];
    const end = old.length + kept.length;
    writeFileSync(segment(0), old);
    writeFileSync(path, kept);
    const log = new DisturbedLog(path);
    log.disturb = () => {
      renameSync(path, segment(old.length));
      writeFileSync(path, lines(200, 210));
      rmSync(segment(0));
    };
    const read = await readLines({ log, record, rendering: new Turns() }, 0, end);
    expect(read.lines.slice(0, 2)).toEqual(["line 101", "line 102"]);
    expect(read.lines.filter((line) => line !== "")).toHaveLength(99);
    expect(read.bytesMissed).toBe(end - lines(101, 200).length);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => `line ${from + index}\r\n`).join("");
}
