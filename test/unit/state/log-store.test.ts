import { expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LogStore } from "../../../src/state/log-store.ts";

class LogFolder implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "log-"));
  readonly path = join(this.folder, "s.log");

  write(text: string): void {
    appendFileSync(this.path, text);
  }

  /** As the recorder does it. */
  rotate(start: number): void {
    renameSync(this.path, this.segment(start));
  }

  segment(start: number): string {
    return `${this.path}.${String(start).padStart(20, "0")}`;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const read = (log: LogStore, start: number, end: number): [number, string] => {
  const range = log.read(start, end);
  return [range.start, Buffer.from(range.bytes).toString()];
};

test("a log that is not there is empty", () => {
  using folder = new LogFolder();
  const log = new LogStore(folder.path);
  expect(log.extent()).toEqual({ first: 0, end: 0, changedAtMs: 0 });
  expect(read(log, 0, 10)).toEqual([0, ""]);
});

test("what is appended is seen, and ranges beyond either end are cut", () => {
  using folder = new LogFolder();
  const log = new LogStore(folder.path);
  folder.write("hello");
  expect(log.extent()).toMatchObject({ first: 0, end: 5 });
  folder.write(" world");
  expect(log.extent()).toMatchObject({ first: 0, end: 11 });
  expect(read(log, 3, 8)).toEqual([3, "lo wo"]);
  expect(read(log, 9, 99)).toEqual([9, "ld"]);
  expect(read(log, 50, 99)).toEqual([50, ""]);
});

test("offsets stay the same over rotation, also for a reader that knew the log before", () => {
  using folder = new LogFolder();
  const log = new LogStore(folder.path);
  folder.write("01234");
  expect(log.extent().end).toBe(5);
  folder.rotate(0);
  expect(log.extent()).toMatchObject({ first: 0, end: 5 });
  folder.write("56789");
  expect(log.extent()).toMatchObject({ first: 0, end: 10 });
  expect(read(log, 3, 8)).toEqual([3, "34567"]);
  expect(read(log, 6, 8)).toEqual([6, "67"]);
  folder.rotate(5);
  folder.write("ab");
  expect(read(log, 8, 12)).toEqual([8, "89ab"]);
  expect(log.extent()).toMatchObject({ first: 0, end: 12 });
});

test("of segments that were dropped the range says so by its start", () => {
  using folder = new LogFolder();
  writeFileSync(folder.segment(100), "abcde");
  folder.write("fgh");
  const log = new LogStore(folder.path);
  expect(log.extent()).toMatchObject({ first: 100, end: 108 });
  expect(read(log, 0, 103)).toEqual([100, "abc"]);
});

test("another session whose name begins the same is another log", () => {
  using folder = new LogFolder();
  writeFileSync(join(folder.folder, "s.log.backup"), "xxxx");
  writeFileSync(join(folder.folder, "s2.log"), "yyyy");
  folder.write("mine");
  expect(read(new LogStore(folder.path), 0, 99)).toEqual([0, "mine"]);
});

test("a log that was replaced by a shorter one is read anew", () => {
  using folder = new LogFolder();
  const log = new LogStore(folder.path);
  folder.write("long ago");
  expect(log.extent().end).toBe(8);
  rmSync(folder.path);
  folder.write("new");
  expect(log.extent().end).toBe(3);
  expect(read(log, 0, 99)).toEqual([0, "new"]);
});
