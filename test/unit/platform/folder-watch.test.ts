import { expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FolderWatch } from "../../../src/platform/folder-watch.ts";

function tempFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "watch-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const never = new AbortController().signal;

test("a write wakes who waits for that file, and no other", async () => {
  using folder = tempFolder();
  const watch = new FolderWatch(folder.path);
  using mine = watch.subscribe("a.log");
  using other = watch.subscribe("b.log");
  const startedAt = performance.now();
  const woken = mine.next(20_000, [never]);
  appendFileSync(join(folder.path, "a.log"), "x");
  await woken;
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  const otherAt = performance.now();
  await other.next(100, [never]);
  expect(performance.now() - otherAt).toBeGreaterThanOrEqual(95);
});

test("an abort ends the wait at once, also one that came before", async () => {
  using folder = tempFolder();
  using mine = new FolderWatch(folder.path).subscribe("a.log");
  const abort = new AbortController();
  const waiting = mine.next(60_000, [abort.signal]);
  abort.abort();
  await waiting;
  await mine.next(60_000, [abort.signal]);
});

test("where no watch can be had, it is looked again and again instead", async () => {
  using missing = new FolderWatch("/nonexistent/folder").subscribe("a.log");
  await missing.next(60_000, [never]);
});
