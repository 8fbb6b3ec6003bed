import { expect, test } from "bun:test";

import { createWordMask } from "../../../src/base/word-mask.ts";
import { excerptOf } from "../../../src/config/fault.ts";

test("a secret of six characters is masked, a shorter one is not", () => {
  expect(createWordMask(["abcdef", "short"])("xabcdefx short")).toBe("x•••x short");
});

test("of two secrets with the same beginning the longer one is masked whole", () => {
  expect(createWordMask(["secret", "secret-longer"])("secret-longer secret")).toBe("••• •••");
});

test("secrets that stand side by side, at the start and at the end are masked", () => {
  expect(createWordMask(["hunter22"])("hunter22hunter22 hunter2 hunter22")).toBe("•••••• hunter2 •••");
});

const excerpts: readonly [line: string, excerpt: string][] = [
  ["    host: web 1", "    host: web 1"],
  ["    password: hunter2", "    password: •••"],
  ["    pasword: hunter2", "    pasword: •••"],
  ['    "passphrase" : "hunter2"', '    "passphrase" : •••'],
  ["  web: {host: a, password: hunter2}", "  web: •••"],
  ["\tuser: me", " user: me"],
  ["    host web1", "    host web1"],
  ["    hunter2 hunter3", "    •••"],
  ["    - hunter2 hunter3", "    - •••"],
  ["  web:", "  web:"],
  ["", ""],
];

test.each(excerpts)("of the line %p others see %p", (line, excerpt) => {
  expect(excerptOf(line, (text) => text)).toBe(excerpt);
});
