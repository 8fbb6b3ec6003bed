import { afterAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Terminal } from "../../../src/sessions/terminal.ts";
import { LogStore } from "../../../src/state/log-store.ts";

const folder = mkdtempSync(join(tmpdir(), "mcp-quiet-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hourMs = 3_600_000;

/** A clock that is set between the writing and the reading is the same as a time of change that is off. */
function write(path: string, offMs: number): void {
  appendFileSync(path, "x");
  const changedAt = new Date(Date.now() + offMs);
  utimesSync(path, changedAt, changedAt);
}

function follow(path: string): Terminal {
  const options = { number: "f".repeat(32), start: 0, levels: [], cols: 80, rows: 24 };
  return new Terminal({ log: new LogStore(path), ...options });
}

test.each([
  ["forward", -hourMs],
  ["back", hourMs],
])(
  "with the clock set %s, output that came since the last reading is not taken for old",
  async (name, offMs) => {
    const path = join(folder, `${name}.log`);
    write(path, 0);
    const terminal = follow(path);
    await terminal.catchUp();
    const startedAtMs = performance.now();
    write(path, offMs);
    await terminal.catchUp();
    expect(terminal.quietMs).toBeGreaterThanOrEqual(0);
    expect(terminal.quietMs).toBeLessThan(performance.now() - startedAtMs + 1_000);
  },
);

test("a process that begins to follow a log knows how long it has been silent", async () => {
  const path = join(folder, "old.log");
  write(path, -hourMs);
  const terminal = follow(path);
  await terminal.catchUp();
  expect(terminal.quietMs).toBeGreaterThan(hourMs - 60_000);
});
