import { expect, test } from "bun:test";

import { countLineFeeds } from "../../../src/base/count-line-feeds.ts";

test.each([1, 2, 7, 23, 24, 25, 80, 159, 160, 161, 5_000])(
  "counts the ends of lines of %d bytes, whatever part is given",
  (length) => {
    const bytes = Buffer.from(`${"\x8a".repeat(length - 1)}\n`.repeat(Math.ceil(80_000 / length)), "latin1");
    for (const [from, to] of [
      [0, bytes.length],
      [1, bytes.length - 1],
      [3, 4_099],
      [2, 70_001],
      [length, length],
      [9, 5],
    ] as const) {
      const wanted = bytes.subarray(from, Math.max(from, to)).filter((byte) => byte === 0x0a).length;
      expect(countLineFeeds(bytes, from, to)).toBe(wanted);
    }
  },
);
