import { readFileSync } from "node:fs";

export type Totals = { readonly passed: number; readonly failed: number };

/**
 * What a run of `bun test` came to, from its junit report and its exit code. A skipped test counts as failed, as
 * do a run without tests and a run that ended badly although no test did (an error between tests).
 */
export function readTotals(report: string, exitCode: number): Totals {
  const counts = parseReport(readReport(report));
  if (counts === undefined) return { passed: 0, failed: 1 };
  const failed = counts.failures + counts.skipped;
  const passed = counts.tests - failed;
  return { passed, failed: failed === 0 && (exitCode !== 0 || counts.tests === 0) ? 1 : failed };
}

type Counts = { readonly tests: number; readonly failures: number; readonly skipped: number };

export function parseReport(xml: string): Counts | undefined {
  const header = /<testsuites\b[^>]*>/.exec(xml)?.[0];
  if (header === undefined) return undefined;
  const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(header)?.[1] ?? "0");
  return { tests: count("tests"), failures: count("failures") + count("errors"), skipped: count("skipped") };
}

function readReport(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
