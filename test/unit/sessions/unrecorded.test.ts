import { expect, test } from "bun:test";

import { gapsIn, Unrecorded } from "../../../src/sessions/unrecorded.ts";

const number = "0123456789abcdef".repeat(2);
const mark = (bytes: number, by = number) => `\x1b]7711;gap;${by};${bytes}\x1b\\`;

function countIn(pieces: readonly Uint8Array[]): number {
  const unrecorded = new Unrecorded([number]);
  for (const piece of pieces) unrecorded.take(piece);
  return unrecorded.bytes;
}

test("marks are counted once wherever the log is cut, and of other numbers not at all", () => {
  const text = `before${mark(100)}between${mark(7, "f".repeat(32))}${mark(20)}${mark(3)}behind`;
  const log = Buffer.from(text);
  for (let at = 0; at <= log.length; at++) {
    expect(countIn([log.subarray(0, at), log.subarray(at)])).toBe(123);
    expect(countIn([log.subarray(0, at), log.subarray(at, at + 5), log.subarray(at + 5)])).toBe(123);
  }
  expect(countIn(Array.from(log, (byte) => Uint8Array.of(byte)))).toBe(123);
});

test("a mark that is not whole yet is none", () => {
  const whole = Buffer.from(`x${mark(123)}`);
  expect(gapsIn(whole, [number])).toEqual([{ start: 1, end: whole.length, bytes: 123 }]);
  for (let end = 0; end < whole.length; end++) expect(gapsIn(whole.subarray(0, end), [number])).toEqual([]);
});
