import { expect, test } from "bun:test";

import { requiredLiteral } from "../../../src/sessions/required-literal.ts";

test.each([
  ["error", "error"],
  ["foo.*status=5\\d\\d", "status=5"],
  ["ab?cde", "cde"],
  ["colou?r", "colo"],
  ["ab+cd", "ab"],
  ["a{3}bcd", "bcd"],
  ["x{", "x{"],
  ["\\[err\\]", "[err]"],
  ["[]a]bc", "bc"],
  ["[[:alpha:]x]bc", "bc"],
  ["(ab|cd)ef", "ef"],
  ["(abc)?de", "de"],
  ["(a[)]b)cd", "cd"],
])("each match of %s holds %s", (pattern, literal) => {
  expect(requiredLiteral(pattern)).toBe(literal);
});

test.each([
  "a|b",
  "(?i)abc",
  "x(?i)abc",
  "(?i:abc)de",
  "\\x41bc",
  "\\Qabc\\E",
  "\\pLabc",
  "a*",
  "(a+)+$",
  ".",
])("of %s nothing is sure", (pattern) => {
  expect(requiredLiteral(pattern)).toBeUndefined();
});
