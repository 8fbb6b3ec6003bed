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

test("every word is found in any text, also where ends of lines break it", () => {
  const random = randomNumbers(7);
  const text = (length: number, letters: string) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join("");
  for (let round = 0; round < 500; round++) {
    const letters = round % 2 === 0 ? "ab" : "abcdé\u4e2d0123456789";
    const words = Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
      text(6 + Math.floor(random() * 4), letters),
    );
    const parts = Array.from({ length: 6 }, () =>
      random() < 0.5 ? text(Math.floor(random() * 9), `${letters}\n`) : broken(words, random),
    );
    expect(createWordMask(words)(parts.join(""))).toBe(maskedOneByOne(words, parts.join("")));
  }
});

function broken(words: readonly string[], random: () => number): string {
  const word = words[Math.floor(random() * words.length)] ?? "";
  const at = Math.floor(random() * word.length);
  return random() < 0.5 ? word : `${word.slice(0, at)}\n${word.slice(at)}`;
}

/** The longest word at each character, the ends of lines within it behind the mask. */
function maskedOneByOne(words: readonly string[], text: string): string {
  const longestFirst = words.toSorted((left, right) => right.length - left.length);
  let shown = "";
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at).replaceAll("\n", "");
    const word = text[at] === "\n" ? undefined : longestFirst.find((candidate) => rest.startsWith(candidate));
    if (word === undefined) {
      shown += text[at++] ?? "";
      continue;
    }
    shown += "•••";
    for (let left = word.length; left > 0; at++) {
      if (text[at] === "\n") shown += "\n";
      else left--;
    }
  }
  return shown;
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

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
