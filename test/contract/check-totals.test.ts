import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readTotals } from "../../scripts/lib/totals.ts";

type Totals = { readonly passed: number; readonly failed: number };

const tests = (counts: string) =>
  `<?xml version="1.0"?>\n<testsuites name="bun test" ${counts} time="0.1">\n`;

test.each<[what: string, report: string | undefined, exitCode: number, totals: Totals]>([
  ["all passed", tests(`tests="12" assertions="9" failures="0" skipped="0"`), 0, { passed: 12, failed: 0 }],
  ["some failed", tests(`tests="12" assertions="9" failures="3" skipped="0"`), 1, { passed: 9, failed: 3 }],
  ["one skipped", tests(`tests="12" assertions="9" failures="0" skipped="1"`), 0, { passed: 11, failed: 1 }],
  [
    "a file that does not load",
    tests(`tests="4" assertions="9" failures="0" skipped="0"`),
    1,
    { passed: 4, failed: 1 },
  ],
  ["no test at all", tests(`tests="0" assertions="0" failures="0" skipped="0"`), 0, { passed: 0, failed: 1 }],
  ["no report", undefined, 1, { passed: 0, failed: 1 }],
  ["a broken report", "", 0, { passed: 0, failed: 1 }],
])("the check counts right: %s", (_what, report, exitCode, totals) => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ssh-totals-"));
  const path = join(folder, "junit.xml");
  if (report !== undefined) writeFileSync(path, report);
  try {
    expect(readTotals(path, exitCode)).toEqual(totals);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
