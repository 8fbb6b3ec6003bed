import { expect, test } from "bun:test";

import { showExactly, showLine } from "../../../src/policy/show-exactly.ts";

test.each([
  ["ls -l", "ls -l"],
  ["rm\u202e x", String.raw`rm\u{202e} x`],
  ["echo \u0430", String.raw`echo \u{430}`],
  ["a\u001b[2Jb", String.raw`a\u{1b}[2Jb`],
  ["a\tb\r", String.raw`a\u{9}b\u{d}`],
  [String.raw`\u{41}`, String.raw`\\u{41}`],
  ["ls     ; rm", String.raw`ls \{5 blanks} ; rm`],
  ["🙂", String.raw`\u{1f642}`],
])("%j is shown as it is", (text, shown) => expect(showLine(text)).toBe(shown));

test("all lines and how long it is", () => {
  expect(showExactly("ls\nrm -rf /")).toBe("| ls\n| rm -rf /\n(2 lines, 11 bytes)");
  expect(showExactly("é")).toBe("| \\u{e9}\n(2 bytes)");
});
