import { expect, test } from "bun:test";

import { LineSearch, linesOf, type LineMatch } from "../../../src/sessions/line-search.ts";
import { lineText } from "../../../src/sessions/line-text.ts";
import { compilePattern } from "../../../src/sessions/pattern.ts";
import { generator } from "../../screen/byte-soup.ts";

const log = Buffer.from(
  Array.from({ length: 3_000 }, (_, index) => {
    if (index % 50 === 0) return `\x1b[31mitem ${index}\x1b[0m of all\r\n`;
    if (index % 70 === 0) return `10%\r50%\ritem ${index} é\r\n`;
    if (index === 1_003) return "\x1b[?1049hon another screen item\r\nitem 1003\r\n\x1b[?1049l";
    return index % 3 === 0 ? `item ${index}\r\n` : `nothing ${index}\r\n`;
  }).join("") + "the last item",
);

type Options = { readonly pieceBytes?: number; readonly keep?: number; readonly isLate?: () => boolean };

/** As search_output does it, in pieces. */
function search(source: string, { pieceBytes = log.length, keep = Infinity, isLate }: Options = {}) {
  const lines = new LineSearch(compilePattern(source, { ignoreCase: false }), 0, { cols: 200 });
  const matches: LineMatch[] = [];
  let count = 0;
  while (lines.offset < log.length) {
    const end = Math.min(log.length, lines.offset + pieceBytes);
    const options = { atEnd: end === log.length, keep, isLate: isLate ?? (() => false) };
    const taken = lines.take(log.subarray(lines.offset, end), options);
    count += taken.count;
    matches.push(...taken.newest);
  }
  return { count, matches };
}

const patterns = ["item", "item \\d+7$", "^[a-z]+ \\d+", "[0-9]5?"];

test.each(patterns)(
  "%s finds the same however the log is cut, and however often it is stopped",
  (pattern) => {
    const whole = search(pattern);
    expect(whole.count).toBeGreaterThan(50);
    for (const pieceBytes of [40, 1_000, 4_096]) expect(search(pattern, { pieceBytes })).toEqual(whole);
    let asked = 0;
    expect(search(pattern, { isLate: () => asked++ % 2 === 1 })).toEqual(whole);
  },
);

test.each(patterns)("%s counts all and tells the newest alone, with their own numbers", (pattern) => {
  const { count, matches } = search(pattern);
  expect(search(pattern, { keep: 3 })).toEqual({ count, matches: matches.slice(-3) });
});

test("lines are numbered as they stand, those without a match included", () => {
  expect(search("^item 2997$").matches).toMatchObject([{ line: 2_999, text: "item 2997" }]);
  expect(search("the last item").matches).toMatchObject([{ text: "the last item" }]);
});

test("what is searched for as it stands needs no engine, dots and brackets escaped included", () => {
  const { matches } = compilePattern(String.raw`app\[7\]\.`, { ignoreCase: false });
  expect([matches("an app[7]. here"), matches("app[7]x"), matches("app7.")]).toEqual([true, false, false]);
  expect(compilePattern("a.c", { ignoreCase: false }).matches("abc")).toBe(true);
  expect(compilePattern("abc", { ignoreCase: true }).matches("ABC")).toBe(true);
});

const anyPatterns = ["[0-9]+b?$", "ab|ba", "^.?[^a]+$", "a[ab ]*b", "(?i)AB", "\\bb", ".{3}"];
const literals = ["aba", "b7a", " a ba", "a\t7", "é7", "ab77ab"];

test.each([...anyPatterns, ...literals])(
  "%s finds in any bytes what it finds in the text of each line alone",
  (source) => {
    const random = generator(7);
    const pieces = [
      "a",
      "b",
      "ab",
      "7",
      " ",
      "\t",
      "é",
      "\x1b[1m",
      "\x1b[K",
      "b\b",
      "\r\n",
      "\r\n",
      "\n",
      "\x1b]0;ab\x07",
    ];
    const bytes = Buffer.from(Array.from({ length: 4_000 }, () => pieces[random(pieces.length)]).join(""));
    const pattern = compilePattern(source, { ignoreCase: false });
    const wanted = [...linesOf(bytes)]
      .map(({ start, end }) => ({ start, text: lineText(bytes.subarray(start, end), false, { cols: 200 }) }))
      .filter(({ text }) => pattern.matches(text));
    const lines = new LineSearch(pattern, 0, { cols: 200 });
    const { newest } = lines.take(bytes, { atEnd: true, keep: Infinity, isLate: () => false });
    expect(newest.map(({ start, text }) => ({ start, text }))).toEqual(wanted);
  },
);
