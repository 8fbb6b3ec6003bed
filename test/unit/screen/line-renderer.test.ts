import { describe, expect, test } from "bun:test";

import { LineRenderer, renderLines } from "../../../src/screen/line-renderer.ts";
import type { RenderedLines } from "../../../src/screen/line-renderer.ts";

const size = { cols: 10, rows: 4, maxLines: 100 };

type Step = { name: string; bytes: string; lines: string[] };

const steps: Step[] = [
  { name: "lines", bytes: "a\r\nb\r\n", lines: ["a", "b"] },
  { name: "blank lines", bytes: "\r\n\r\nb\r\n\r\n", lines: ["", "", "b", ""] },
  { name: "a line without an end", bytes: "a\r\nb", lines: ["a", "b"] },
  { name: "a bare line feed keeps the column", bytes: "ab\ncd", lines: ["ab", "  cd"] },
  { name: "vertical tab and form feed as line feed", bytes: "a\r\vb\r\fc", lines: ["a", "b", "c"] },
  { name: "BEL, NUL, DEL and other controls", bytes: "a\u0007b\u0000c\u007fd\u0001e", lines: ["abcde"] },
  { name: "a wrapped line is one", bytes: "0123456789abc\r\nx", lines: ["0123456789abc", "x"] },
  {
    name: "a full line does not wrap before the next character",
    bytes: "0123456789\r\nx",
    lines: ["0123456789", "x"],
  },
  {
    name: "a line of several pages",
    bytes: `${"0123456789".repeat(9)}\r\nx`,
    lines: ["0123456789".repeat(9), "x"],
  },
  {
    name: "a wrapped row that was shortened is a line of its own",
    bytes: "0123456789abc\u001b[A\r01\u001b[K\u001b[Bx",
    lines: ["01", "abx"],
  },
  {
    name: "so is one that lost characters",
    bytes: "0123456789ab\u001b[A\r\u001b[3P",
    lines: ["3456789", "ab"],
  },
  { name: "progress at its last state", bytes: "10%\r50%\r100%\r\n", lines: ["100%"] },
  { name: "CR and a shorter text", bytes: "abcdef\rxy", lines: ["xycdef"] },
  { name: "backspace", bytes: "abc\b\bX", lines: ["aXc"] },
  { name: "backspace to the row above of a wrapped line", bytes: "0123456789a\b\bX", lines: ["012345678Xa"] },
  { name: "trailing spaces that were written", bytes: "ab  \r\n", lines: ["ab  "] },
  { name: "a gap reads as spaces", bytes: "a\u001b[3Cb", lines: ["a   b"] },
  { name: "moving right alone leaves nothing", bytes: "a\u001b[5C\r\nb", lines: ["a", "b"] },
  { name: "tabs stay", bytes: "a\tb\r\n\tc\r\nx\t\r\n", lines: ["a\tb", "\tc", "x\t"] },
  { name: "a tab over text only moves", bytes: "abcdefghij\r\tX", lines: ["abcdefghXj"] },
  { name: "a tab that is written over", bytes: "a\tb\u001b[4GX", lines: ["a  X    b"] },
  { name: "a tab cut by an erase", bytes: "a\tb\u001b[4G\u001b[K", lines: ["a"] },
  {
    name: "set and cleared tab stops",
    bytes: "\u001b[4G\u001bH\r\ta\u001b[3g\r\u001b[2K\tb",
    lines: ["\tb"],
  },
  { name: "back tab", bytes: "\u001b[10GX\u001b[ZY", lines: ["        YX"] },
  { name: "A B C D", bytes: "abc\r\nd\u001b[A\u001b[CX\u001b[B\u001b[2DY", lines: ["abX", "dY"] },
  {
    name: "E F G d H f",
    bytes: "\u001b[Ea\u001b[Fb\u001b[5Gc\u001b[3dd\u001b[4;2He\u001b[4;4ff",
    lines: ["b   c", "a", "     d", " e f"],
  },
  { name: "an empty H goes home", bytes: "abc\u001b[HX", lines: ["Xbc"] },
  {
    name: "K in all forms",
    bytes: "abcd\u001b[3G\u001b[K\r\nabcd\u001b[3G\u001b[1K\r\nabcd\u001b[2K",
    lines: ["ab", "   d"],
  },
  { name: "J below and above", bytes: "a\r\nbcd\r\ne\u001b[2;2H\u001b[J\u001b[2;1Hx\u001b[1J", lines: [""] },
  {
    name: "clearing the page keeps it as scrollback",
    bytes: "a\r\nb\u001b[H\u001b[2Jc",
    lines: ["a", "b", "c"],
  },
  { name: "clearing the scrollback", bytes: "a\r\nb\u001b[H\u001b[2J\u001b[3Jc", lines: ["c"] },
  {
    name: "insert, delete and erase characters",
    bytes: "abcd\u001b[2G\u001b[@X\u001b[P\u001b[X",
    lines: ["aX d"],
  },
  { name: "insert mode", bytes: "abc\r\u001b[4hXY\u001b[4lZ", lines: ["XYZbc"] },
  {
    name: "insert and delete lines",
    bytes: "a\r\nb\r\nc\u001b[2;1H\u001b[LX\u001b[1;1H\u001b[M",
    lines: ["X", "b", "c"],
  },
  { name: "scroll up goes to the scrollback", bytes: "a\r\nb\u001b[S\u001b[1;1HX", lines: ["a", "X"] },
  { name: "scroll down", bytes: "a\r\nb\u001b[T", lines: ["", "a", "b"] },
  {
    name: "a scroll region",
    bytes: "\u001b[4;1Hend\u001b[1;2r\u001b[Ha\r\nb\r\nc\u001b[4;4H!",
    lines: ["a", "b", "c", "", "end!"],
  },
  { name: "reverse index at the top", bytes: "a\u001bMb", lines: [" b", "a"] },
  { name: "index and next line", bytes: "a\u001bDb\u001bEc", lines: ["a", " b", "c"] },
  { name: "saved cursor", bytes: "ab\u001b7cd\u001b8X\u001b[sYZ\u001b[uW", lines: ["abXWZ"] },
  { name: "reset keeps the text above", bytes: "abc\u001bcd", lines: ["abc", "d"] },
  { name: "colours vanish", bytes: "\u001b[1;38;5;200ma\u001b[0mb\u001b[38:2::1:2:3mc", lines: ["abc"] },
  {
    name: "strings vanish",
    bytes:
      "a\u001b]0;t\u0007b\u001b]8;;u\u001b\\c\u001bPq\u001b\\d\u001b_x\u001b\\e\u001b^x\u001b\\f\u001bXx\u001b\\g\u001bkt\u001b\\h",
    lines: ["abcdefgh"],
  },
  {
    name: "unknown sequences vanish",
    bytes: "a\u001b[?25l\u001b[>c\u001b[!p\u001b[5n\u001b=\u001b#3b",
    lines: ["ab"],
  },
  {
    name: "the alternate screen, with the cursor put back",
    bytes: "ab\u001b[?1049h\u001b[Hvim\r\n\r\n\u001b[?1049lc\r\n",
    lines: ["abc"],
  },
  { name: "line drawing", bytes: "\u001b(0lqk\u001b(Blqk\u001b)0\u000ex\u000fx", lines: ["┌─┐lqk│x"] },
  { name: "repeated character", bytes: "a\u001b[3b\u001b[3b", lines: ["aaaa"] },
  { name: "no wrapping", bytes: "\u001b[?7l0123456789abc", lines: ["012345678c"] },
  { name: "wide characters wrap whole", bytes: "012345678日本", lines: ["012345678日本"] },
  { name: "a wide character cut by another", bytes: "日本\u001b[2GX", lines: [" X本"] },
  { name: "a wide character whose first half is written over", bytes: "日本\rX", lines: ["X 本"] },
  {
    name: "combining and joined characters take no column",
    bytes: "e\u0301x\u001b[2Gy",
    lines: ["e\u0301y"],
  },
  { name: "an emoji of several", bytes: "👩\u200d🚀!\u001b[3G?", lines: ["👩\u200d🚀?"] },
  { name: "a joined sign of one column", bytes: "🏃\u200d♂\ufe0f!", lines: ["🏃\u200d♂\ufe0f!"] },
  { name: "a mark with nothing to join is dropped", bytes: "\u0301a", lines: ["a"] },
  { name: "C1 characters are not printed", bytes: "a\u0085\u009bb", lines: ["ab"] },
  {
    name: "a wrapped line that the terminal driver erases",
    bytes: `${"x".repeat(25)}${"\b \b".repeat(25)}$`,
    lines: [`$${" ".repeat(24)}`],
  },
  {
    name: "what zsh writes before its prompt, at a line's start",
    bytes: `%${" ".repeat(9)}\r \r`,
    lines: [],
  },
  {
    name: "and after output without a line feed",
    bytes: `abc\u001b[7m%\u001b[27m${" ".repeat(9)}\r \r$ `,
    lines: ["abc%", "$ "],
  },
  { name: "and after a full row", bytes: `0123456789%${" ".repeat(9)}\r \r$ `, lines: ["0123456789", "$ "] },
];

describe("lines", () => {
  for (const { name, bytes, lines } of steps) {
    test(name, () => expect(renderLines(Buffer.from(bytes), size)).toEqual(lines));
  }

  test("invalid UTF-8 reads as U+FFFD", () => {
    const bytes = Buffer.from([0x61, 0xff, 0x62, 0xe2, 0x82, 0x0d, 0x0a, 0xc3, 0x28, 0xf0, 0x9f]);
    expect(renderLines(bytes, size)).toEqual(["a\ufffdb\ufffd", "\ufffd("]);
  });
});

describe("the cursor's line", () => {
  const cases: [string, string, Partial<RenderedLines["cursor"]>][] = [
    ["at the end", "a\r\n$ ls", { line: 1, before: "$ ls", after: "" }],
    ["in the middle", "$ ls -l\u001b[3D", { before: "$ ls", after: " -l" }],
    ["in a wrapped line", "$ 0123456789abc\u001b[A", { line: 0, before: "$ 012", after: "3456789abc" }],
    [
      "on the second row of a wrapped line",
      "$ 0123456789abc\u001b[2D",
      { before: "$ 0123456789a", after: "bc" },
    ],
    [
      "of a line that begins in the scrollback",
      `${"0123456789".repeat(6)}ab`,
      { line: 0, before: `${"0123456789".repeat(6)}ab` },
    ],
    ["beyond the text", "ab\u001b[6G", { before: "ab   ", after: "" }],
    ["waiting to wrap", "0123456789", { before: "0123456789", after: "" }],
    ["inside a wide character", "日本\u001b[2G", { before: " ", after: " 本" }],
    ["while the alternate screen is on", "$ vi\u001b[?1049h\u001b[3;3Hx", { line: 0, before: "$ vi" }],
  ];
  for (const [name, bytes, cursor] of cases) {
    test(name, () => expect(rendered(Buffer.from(bytes)).cursor).toMatchObject(cursor));
  }
});

test("the newest lines are kept, the others counted", () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => `${index}\r\n`).join(""));
  const { lines, droppedLines, cursor } = rendered(bytes);
  expect({ count: lines.length, last: lines.at(-2), droppedLines }).toEqual({
    count: 100,
    last: "999",
    droppedLines: 901,
  });
  expect(lines[cursor.line]).toBe("");
});

test("a line without end keeps its head and its tail in bounded memory", () => {
  const renderer = new LineRenderer({ cols: 200, rows: 50, maxLines: 10 });
  renderer.write(Buffer.from("HEAD"));
  for (let round = 0; round < 6; round++) renderer.write(Buffer.alloc(1 << 20, "x"));
  renderer.write(Buffer.from("TAIL\r\n"));
  const [line = ""] = renderer.read().lines;
  expect(line).toMatch(/^HEADx+\[… \d+ characters left out …\]x+TAIL$/);
  expect(line.length).toBeLessThan((1 << 20) + 100);
});

test("hostile parameters cost neither time nor memory", () => {
  const hostile = ["\u001b[2147483647", "\u001b[2147483647;2147483647", "\u001b[99999999999999999999"];
  const finals = [..."ABCDEFGHJKLMPSTXZ@bdfghlrsu`"];
  const bytes = Buffer.from(
    hostile
      .flatMap((start) => finals.map((final) => `x${start}${final}`))
      .join("")
      .repeat(50),
  );
  const started = performance.now();
  expect(rendered(bytes).lines.length).toBeLessThanOrEqual(100);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("every cut of the stream gives the same lines", () => {
  const bytes = Buffer.concat([
    ...steps.map((step) => Buffer.from(`${step.bytes}\u001b[r\u001b[?7h\u000f\u001b(B\u001b[4l`)),
    Buffer.from([0xff, 0xe2, 0x82, 0x41, 0xf0, 0x9f, 0x9a]),
    Buffer.from("日本e\u0301\u001b]0;x\u001b\\👩\u200d🚀"),
  ]);
  const whole = rendered(bytes);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const parts = rendered(bytes.subarray(0, cut), bytes.subarray(cut));
    if (!Bun.deepEquals(parts, whole)) expect({ cut, ...parts }).toEqual({ cut, ...whole });
  }
  expect(rendered(...Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole);
});

test("random bytes never throw, at any size", () => {
  let random = 11;
  const bytes = Buffer.alloc(100_000);
  for (let index = 0; index < bytes.length; index++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const pick = (random >>> 16) & 0xff;
    bytes[index] = random % 7 === 0 ? 0x1b : random % 7 === 1 ? 0x5b : pick;
  }
  for (const [cols, rows] of [
    [1, 1],
    [2, 2],
    [80, 24],
    [10_000, 10_000],
    [0, -1],
  ] as const) {
    const renderer = new LineRenderer({ cols, rows, maxLines: 50 });
    renderer.write(bytes);
    expect(renderer.read().lines.length).toBeGreaterThan(0);
  }
});

function rendered(...chunks: Buffer[]): RenderedLines {
  const renderer = new LineRenderer(size);
  for (const chunk of chunks) renderer.write(chunk);
  return renderer.read();
}
