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
  [
    "bidi overrides and isolates are seen",
    "a\u202e\u2066b\u2069\u200f",
    "a\\u{202e}\\u{2066}b\\u{2069}\\u{200f}",
  ],
  [
    "a zero-width character in a Latin word is seen",
    "r\u200bm r\u200dm r\u00adm",
    "r\\u{200b}m r\\u{200d}m r\\u{ad}m",
  ],
  ["tags that spell words are seen", "a\u{e0072}\u{e006d}", "a\\u{e0072}\\u{e006d}"],
  [
    "selectors and fillers that carry nothing are seen",
    "a\ufe0f\u{e0101}\u3164",
    "a\\u{fe0f}\\u{e0101}\\u{3164}",
  ],
  ["more than one selector of an emoji is seen", "❤\ufe0f\u{e0121}", "❤\ufe0f\\u{e0121}"],
  ["a byte order mark is seen", "\ufeff#!", "\\u{feff}#!"],
  [
    "a family, a flag, a keycap and a skin stay as they are",
    "👨\u200d👩\u200d👧 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 1\ufe0f\u20e3 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥",
    "👨\u200d👩\u200d👧 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 1\ufe0f\u20e3 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥",
  ],
  ["Persian and Hindi keep their joiners", "می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"],
  ["Hebrew and Arabic stay as they are", "שלום עולם مرحبا \u0600١", "שלום עולם مرحبا \u0600١"],
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
