import { expect, test } from "bun:test";

import { boundOutput } from "../../../src/server/bound-output.ts";

const wide = { numLines: 200, maxChars: 8000, keep: "both" } as const;

test("output within the bounds is whole, without its last newline", () => {
  expect(boundOutput({ output: "a\n\nb\n" }, wide)).toEqual({ output: "a\n\nb", lines: 3, cut: false });
});

test("no output has no lines", () => {
  expect(boundOutput({ output: "" }, wide)).toEqual({ output: "", lines: 0, cut: false });
});

test("exactly num_lines lines and exactly max_chars characters are whole", () => {
  const text = Array.from({ length: 10 }, () => "x".repeat(99)).join("\n");
  expect(boundOutput({ output: text }, { numLines: 10, maxChars: 999, keep: "both" })).toEqual({
    output: text,
    lines: 10,
    cut: false,
  });
});

test("too many lines keep a quarter at the head, the rest at the tail, and count what is missing", () => {
  const { output, lines, cut } = boundOutput({ output: numbered(100) }, { ...wide, numLines: 8 });
  expect(output.split("\n")).toEqual([
    "line 1",
    "line 2",
    "[… 92 lines, 729 bytes left out; get_terminal_output with a larger num_lines and max_chars shows more, search_output finds lines in it …]",
    "line 95",
    "line 96",
    "line 97",
    "line 98",
    "line 99",
    "line 100",
  ]);
  expect({ lines, cut }).toEqual({ lines: 8, cut: true });
});

test("the tail alone keeps the latest lines, the count of the others before them", () => {
  const { output } = boundOutput({ output: numbered(100) }, { ...wide, numLines: 2, keep: "tail" });
  expect(output.split("\n").at(0)).toStartWith("[… 98 lines, ");
  expect(output.split("\n").slice(1)).toEqual(["line 99", "line 100"]);
});

test("bytes are counted, not characters", () => {
  const { output } = boundOutput({ output: "漢\nb" }, { ...wide, numLines: 1 });
  expect(output).toContain("[… 1 line, 4 bytes left out;");
});

test.each([1000, 2500, 8000, 40_000])(
  "never more than %d characters, and more than half of them used",
  (maxChars) => {
    const text = Array.from({ length: 3000 }, (_, index) => "x".repeat(index % 700)).join("\n");
    for (const keep of ["both", "tail"] as const) {
      const { output, cut } = boundOutput({ output: text }, { numLines: 10_000, maxChars, keep });
      expect(output.length).toBeLessThanOrEqual(maxChars);
      expect(output.length).toBeGreaterThan(maxChars / 4);
      expect(cut).toBe(true);
    }
  },
);

test("a line over 500 characters keeps head and tail with the count left out", () => {
  const line = `${"a".repeat(300)}${"b".repeat(300)}`;
  const { output, lines, cut } = boundOutput({ output: line }, wide);
  expect(output).toBe(`${"a".repeat(240)}[… 120 characters …]${"b".repeat(240)}`);
  expect({ lines, cut }).toEqual({ lines: 1, cut: true });
});

test("a line of 500 characters is whole, and no cut leaves half a pair", () => {
  expect(boundOutput({ output: "x".repeat(500) }, wide).cut).toBe(false);
  expect(boundOutput({ output: `x${"😀".repeat(400)}` }, wide).output.isWellFormed()).toBe(true);
});

test("a line of 20 MB is cut without being slow", () => {
  const started = performance.now();
  expect(boundOutput({ output: "x".repeat(20_000_000) }, wide).output.length).toBeLessThan(600);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("controls of the host do not come through", () => {
  expect(boundOutput({ output: "\u001b]0;x\u0007\n" }, wide).output).toBe("␛]0;x␇");
});

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`).join("\n");
}

test("of output whose middle was only counted the beginning and the end are shown, with all that is missing", () => {
  const head = { output: "first\nsecond\nthird", linesBetween: 1_000, bytesBetween: 9_000 };
  const { output, lines } = boundOutput({ output: numbered(10), head }, { ...wide, numLines: 4 });
  expect(output.split("\n")).toEqual([
    "first",
    "[… 1009 lines, 9062 bytes left out; get_terminal_output with a larger num_lines and max_chars shows more, search_output finds lines in it …]",
    "line 8",
    "line 9",
    "line 10",
  ]);
  expect(lines).toBe(4);
});
