import { describe, expect, test } from "bun:test";

import { BrokenText, OtherStyle } from "../../../../src/cli/install/format.ts";
import { editEntry, findEntry, formats } from "../../../../src/cli/install/formats.ts";
import { clientSamples } from "../../../support/client-samples.ts";

const name = "mcp-ssh-interactive";
const entry = { command: "/opt/mcp ssh/server", args: [], env: { A: 'quoted "word" and \\' } };

/** The lines of `text` without blanks and commas at their ends, which an edit beside them may change. */
function bareLines(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/,?\s*$/, ""));
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const line of whole) if (line === part[at]) at++;
  return at === part.length;
}

describe.each(clientSamples.map((sample) => [sample.client, sample] as const))(
  "the file of %s",
  (_, sample) => {
    const format = formats[sample.format];
    const path = [sample.servers, name] as const;
    const registered = editEntry(format, sample.text, path, entry);

    test("gets our entry, and keeps every other line with its comments and order", () => {
      expect(findEntry(format, registered, path)).toEqual(entry);
      const kept = sample.text.replace(/"mcpServers": \{\}/, '"mcpServers": {');
      expect(isSubsequence(bareLines(kept), bareLines(registered))).toBe(true);
    });

    test("is byte for byte what it was when our entry is taken out again", () => {
      expect(editEntry(format, registered, path, undefined)).toBe(sample.text);
    });

    test("gets a changed entry at the same place, once", () => {
      const changed = { ...entry, command: "/opt/new" };
      const edited = editEntry(format, registered, path, changed);
      expect(findEntry(format, edited, path)).toEqual(changed);
      expect(editEntry(format, edited, path, changed)).toBe(edited);
      expect(editEntry(format, edited, path, undefined)).toBe(sample.text);
    });

    test("keeps its line ends and its last one", () => {
      expect(registered.endsWith("\n")).toBe(sample.text.endsWith("\n"));
      expect(/(?<!\r)\n/.test(registered)).toBe(/(?<!\r)\n/.test(sample.text));
    });
  },
);

describe("an entry between others", () => {
  test.each([
    [
      "json",
      "m",
      '{\n  "m": {\n    "o": {"a": 1}, // ours\n    "z": 1 // theirs\n  }\n}',
      '{\n  "m": {\n    "z": 1 // theirs\n  }\n}',
    ],
    ["json", "m", '{"m": {"a": 1, "o": {"b": 2}, "z": 3}}', '{"m": {"a": 1,  "z": 3}}'],
    ["json", "m", '{"m": {"a": 1, "o": {"b": 2}}}', '{"m": {"a": 1 }}'],
    [
      "json",
      "m",
      '{\n  "m": {\n    "a": 1 /* x, y */, // one, two\n    "o": {"b": 2}\n  }\n}',
      '{\n  "m": {\n    "a": 1 /* x, y */ // one, two\n  }\n}',
    ],
    [
      "toml",
      "m",
      "[m.a]\nx = 1\n\n[m.o]\ny = 1\n[m.o.env]\nZ = '1'\n\n# next\n[m.z]\nx = 1\n",
      "[m.a]\nx = 1\n\n# next\n[m.z]\nx = 1\n",
    ],
    [
      "yaml",
      "m",
      "m:\n  a: 1\n  o:\n    b: 2 # ours\n  # theirs\n  z: 3\n",
      "m:\n  a: 1\n  # theirs\n  z: 3\n",
    ],
  ] as const)("goes without its neighbours: %s %s %j", (format, map, before, after) => {
    expect(editEntry(formats[format], before, [map, "o"], undefined)).toBe(after);
  });
});

describe("a text without a place for entries yet", () => {
  test.each([
    ["json", ""],
    ["json", "\n"],
    ["json", "\uFEFF{}\n"],
    ["json", "{ }"],
    ["json", '{"a": 1}'],
    ["json", '{"a": 1,}'],
    ["json", '{\n  "m": {\n    // none yet\n  }\n}\n'],
    ["json", "// nothing\n{ /* here */ }\n"],
    ["toml", ""],
    ["toml", "a = 1"],
    ["toml", "[a]\r\nb = 1979-05-27T07:32:00Z\r\n"],
    ["yaml", ""],
    ["yaml", "# nothing\n"],
    ["yaml", "---\na: 1"],
    ["yaml", "m:\nz: 1\n"],
    ["yaml", "m: {} # none\nz: 1\n"],
    ["yaml", "m: ~\r\nz: 1\r\n"],
  ] as const)("gets one: %s %j", (format, text) => {
    const edited = editEntry(formats[format], text, ["m", "o"], entry);
    expect(findEntry(formats[format], edited, ["m", "o"])).toEqual(entry);
    expect(edited.includes("\uFEFF")).toBe(text.includes("\uFEFF"));
    for (const word of text.match(/\w+/g) ?? []) expect(edited).toContain(word);
  });
});

test.each([
  ["json", '{\n  "a" 1\n}', 2],
  ["json", '{\n  "a": 1\n', 3],
  ["json", '{\n  "a": 1,\n  b: 2\n}', 3],
  ["json", '{\n  "m": {}\n}\n}\n', 4],
  ["toml", "a = 1\nb = = 2\n", 2],
  ["toml", "a = 1\n\n[x\nb = 2\n", 3],
  ["toml", "[a]\nb = 1\n[a]\n", 3],
  ["yaml", "a: 1\nb: [1\nc: 2\n", 3],
  ["yaml", "a: 1\na: 2\n", 2],
] as const)("a broken text is refused with its line: %s %j", (format, text, line) => {
  const error = caught(() => editEntry(formats[format], text, ["m", "o"], entry));
  expect(error).toBeInstanceOf(BrokenText);
  expect(error).toMatchObject({ line });
});

test.each([
  ["json", "[]"],
  ["json", '{"m": []}'],
  ["json", '{"m": null}'],
  ["json", '{"m": {}, "m": {"a": 1}}'],
  ["json", '{"m": {"o": "text"}}'],
  ["toml", "m = {}\n"],
  ["toml", "[m]\no = { command = 'x' }\n"],
  ["toml", 'm.o.command = "x"\n'],
  ["toml", 'x = """\n[m.o]\n"""\n'],
  ["yaml", "- 1\n"],
  ["yaml", "m: {a: {b: 1}}\n"],
  ["yaml", "{}\n"],
  ["yaml", "? [a]\n: 1\nm: &x\n  a: 1\nn: *x\n"],
] as const)("a text in which our entry has no safe place is left alone: %s %j", (format, text) => {
  expect(caught(() => editEntry(formats[format], text, ["m", "o"], entry))).toBeInstanceOf(OtherStyle);
});

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
