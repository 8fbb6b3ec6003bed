import { expect, test } from "bun:test";

import { cleanField, cleanText, sliceWhole } from "../../../src/server/remote-text.ts";

test.each([
  ["plain text, tabs and newlines stay", "a\tb\nc", "a\tb\nc"],
  ["CRLF becomes a newline", "a\r\nb", "a\nb"],
  ["escapes, NUL and a lone carriage return become pictures", "\u001b[31m\u0000\r", "␛[31m␀␍"],
  ["DEL becomes its picture", "\u007f", "␡"],
  ["C1 controls are replaced", "a\u009b31m", "a\uFFFD31m"],
  ["unpaired surrogates are replaced", "a\uD800b\uDC00", "a\uFFFDb\uFFFD"],
  ["pairs, CJK and combining marks stay", "😀漢e\u0301", "😀漢e\u0301"],
  ["line separators of Unicode, at which some clients cut, become blanks", "a\u2028b\u2029c", "a b c"],
])("%s", (_title, text, expected) => {
  expect(cleanText(text)).toBe(expected);
});

test.each([
  ["a field is one line", " a\n b\tc ", "a b c"],
  ["a field of 256 characters is whole", "x".repeat(256), "x".repeat(256)],
  ["a longer field is cut at 256", "x".repeat(257), `${"x".repeat(255)}…`],
  ["a field is not cut within a pair", `${"x".repeat(254)}😀😀`, `${"x".repeat(254)}…`],
])("%s", (_title, text, expected) => {
  expect(cleanField(text)).toBe(expected);
});

test("a field of megabytes that are blank says that it was cut", () => {
  expect(cleanField(`a${" ".repeat(3_000_000)}b`)).toBe("a…");
});

test("a slice never leaves half a pair", () => {
  expect(sliceWhole("😀😀😀", 1, 5)).toBe("😀");
});
