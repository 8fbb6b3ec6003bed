import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sessionFiles, trimSshLog } from "../../../src/ssh/session-files.ts";

test("ssh's log is emptied when it has grown large, and else left as it is", () => {
  const folder = mkdtempSync(join(tmpdir(), "ssh-files-"));
  try {
    mkdirSync(join(folder, "mux"));
    const log = sessionFiles(folder, "s").log();
    trimSshLog(folder, "s");
    for (const [bytes, left] of [
      [262_144, 262_144],
      [262_145, 0],
    ] as const) {
      writeFileSync(log, Buffer.alloc(bytes));
      trimSshLog(folder, "s");
      expect(statSync(log).size).toBe(left);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
