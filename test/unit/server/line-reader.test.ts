import { expect, test } from "bun:test";

import { LineReader, type Line } from "../../../src/server/line-reader.ts";

const text = 'first\n\n{"é":"漢😀"}\r\nlast without end';

test.each([1, 2, 3, 7, 1000])("lines come out whole whatever the chunking (%d bytes)", (size) => {
  const reader = new LineReader(100);
  const bytes = Buffer.from(text);
  const lines: Line[] = [];
  for (let at = 0; at < bytes.length; at += size) lines.push(...reader.push(bytes.subarray(at, at + size)));
  lines.push(...reader.end());
  expect(lines.map(shown)).toEqual(["first", "", '{"é":"漢😀"}\r', "last without end"]);
});

test.each([1, 4, 1000])(
  "a line over the limit is reported once and reading goes on after it (%d bytes)",
  (size) => {
    const reader = new LineReader(8);
    const bytes = Buffer.from("12345678\n123456789\nabc\n123456789012345678\nx\n");
    const lines: Line[] = [];
    for (let at = 0; at < bytes.length; at += size) lines.push(...reader.push(bytes.subarray(at, at + size)));
    expect([...lines, ...reader.end()].map(shown)).toEqual(["12345678", "oversize", "abc", "oversize", "x"]);
  },
);

test("a long line in many chunks takes time in proportion to its length", () => {
  const reader = new LineReader(64 * 1024 * 1024);
  const chunk = new Uint8Array(4096).fill(0x61);
  const started = performance.now();
  for (let round = 0; round < 8192; round++) reader.push(chunk);
  expect(reader.push(Buffer.from("\n")).map((line) => line.kind === "line" && line.bytes.length)).toEqual([
    8192 * 4096,
  ]);
  expect(performance.now() - started).toBeLessThan(10_000);
});

function shown(line: Line): string {
  return line.kind === "line" ? Buffer.from(line.bytes).toString() : "oversize";
}
