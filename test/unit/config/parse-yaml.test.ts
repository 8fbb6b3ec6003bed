import { describe, expect, test } from "bun:test";

import { parseYaml } from "../../../src/config/parse-yaml.ts";
import type { YamlNode } from "../../../src/config/yaml-tree.ts";

function plain(node: YamlNode | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
}

const accepted: readonly [title: string, text: string, value: unknown][] = [
  ["the last of duplicate keys counts", "a: 1\na: 2", { a: 2 }],
  [
    "a merge key fills in, own keys win",
    "b: &b {x: 1, y: 1}\nc:\n  y: 2\n  <<: *b",
    { b: { x: 1, y: 1 }, c: { x: 1, y: 2 } },
  ],
  [
    "of several merged maps the first wins",
    "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}",
    { a: { x: 1 }, b: { x: 2, y: 2 }, c: { x: 1, y: 2 } },
  ],
  ["an anchor can be given anew", "a: &x 1\nb: *x\nc: &x 2\nd: *x", { a: 1, b: 1, c: 2, d: 2 }],
  ["quoted values stay text", "a: '22'\nb: \"yes\"\nc: !!str 1", { a: "22", b: "yes", c: "1" }],
  ["a closing bracket may stand at the left", "a: {\n  b: 1\n}", { a: { b: 1 } }],
  ["line ends of Windows and a byte order mark are fine", "\uFEFFa: 1\r\nb: 2\r\n", { a: 1, b: 2 }],
  [
    "a key of JavaScript's own is a key as any other",
    "__proto__: {x: 1}\nconstructor: 2",
    JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}'),
  ],
];

test.each(accepted)("%s", (_title, text, value) => {
  const { root, complaints } = parseYaml(text);
  expect(complaints).toEqual([]);
  expect(plain(root)).toEqual(value);
});

test("a duplicate key is a warning that names both lines", () => {
  const { warnings } = parseYaml("a:\n  b: 1\n  b: 2\n");
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({ place: { line: 3, column: 3 } });
  expect(warnings[0]?.message).toContain("first on line 2");
});

const refused: readonly [title: string, text: string, line: number, words: string][] = [
  ["a tab as indentation", "a:\n\tb: 1", 2, "tab"],
  ["an alias to nowhere", "a: 1\nb: *nowhere", 2, "*nowhere"],
  ["an alias that stands before its anchor", "a: *x\nb: &x 1", 1, "*x"],
  ["an alias inside itself", "a: &x [*x]", 1, "contains itself"],
  ["a quote that is never closed", 'a: 1\nb: "open\nc: 2\n', 2, "quote"],
  ["a bracket that is never closed", "a: [1, 2\n", 2, "bracket"],
  ["two values in one line", "a: b: c", 1, "`: `"],
  ["two documents", "a: 1\n---\nb: 2", 2, "second document"],
  ["a tag of another program", "a: !!python/object:os.system x", 1, "tag"],
  ["a map as a key", "? {a: 1}\n: 2", 1, "key"],
  ["a merge of what is no map", "a: {<<: 1}", 1, "<<"],
];

test.each(refused)("%s is refused with its place", (_title, text, line, words) => {
  const { root, complaints } = parseYaml(text);
  expect(root).toBeUndefined();
  expect(complaints[0]?.message).toContain(words);
  expect(complaints[0]?.place.line).toBe(line);
});

test("no complaint quotes the file, which may hold a secret", () => {
  for (const text of [
    "a: |hunter2\n b",
    "a: 'x' hunter2",
    'a: "\\qhunter2"',
    "%hunter2\n---\na: @hunter2",
    "a: [hunter2\nb: ]hunter2",
  ]) {
    expect(JSON.stringify(parseYaml(text).complaints)).not.toContain("hunter2");
  }
});

describe("a megabyte made to be slow takes no more than seconds of CPU", () => {
  const size = 1024 * 1024;
  const filled = (piece: string, head = "") =>
    head + piece.repeat(Math.floor((size - head.length) / piece.length));
  const bomb = [
    "a0: &a0 [x,x,x,x,x,x,x,x,x]",
    ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(",")}]`),
  ].join("\n");
  const slow: Readonly<Record<string, string>> = {
    "open brackets": filled("["),
    "nested lists on one line": filled("- ", "a:\n "),
    "nested maps": Array.from({ length: 1400 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
    "a long list": filled("a,", "a: ["),
    "bad lines": filled("a: b: c\n"),
    "bad escapes": filled("\\x", 'a: "'),
    "anchors on anchors": filled("&a "),
    aliases: filled("*a,", "x: &a [1,2]\ny: ["),
    "an alias bomb": bomb,
    merges: filled(
      "  <<: *b\n",
      `b: &b {${Array.from({ length: 2000 }, (_, i) => `k${i}: 1`).join(",")}}\nc:\n`,
    ),
    "a value of many lines": filled(" b\n", "a: b\n"),
    documents: filled("---\n"),
  };

  test.each(Object.entries(slow))("%s", (_name, text) => {
    const before = process.cpuUsage();
    parseYaml(text);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(3_000);
  });

  test("an alias bomb is refused unexpanded", () => {
    expect(parseYaml(bomb).complaints[0]?.message).toContain("aliases counted");
  });
});
