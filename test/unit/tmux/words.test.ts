import { describe, expect, test } from "bun:test";

import { parseTmuxVersion, type TmuxVersion } from "../../../src/tmux/version.ts";
import {
  command,
  commandIf,
  isTypable,
  quoteWord,
  renderArguments,
  renderLine,
} from "../../../src/tmux/words.ts";

const old = version("2.9a");
const current = version("3.3a");

describe("a word of a control line", () => {
  const table: readonly (readonly [text: string, old: string, current: string])[] = [
    ["plain-word_1", "plain-word_1", "plain-word_1"],
    ["", "''", "''"],
    ["a b", "'a b'", "'a b'"],
    ["~ $HOME #{x} %if {", "'~ $HOME #{x} %if {'", "'~ $HOME #{x} %if {'"],
    ["it's", `'it'"'"'s'`, `'it'"'"'s'`],
    ["a\nb", `'a'"\\n"'b'`, `'a'"\\n"'b'`],
    ["a;", "'a\\;'", "'a;'"],
    [";", "'\\;'", "';'"],
    ["a;b", "'a;b'", "'a;b'"],
    ["a\\;", "'a\\\\;'", "'a\\;'"],
    ["a\\", "'a\\'", "'a\\'"],
  ];
  for (const [text, ofOld, ofCurrent] of table) {
    test(`${JSON.stringify(text)} is quoted for each version`, () => {
      expect(quoteWord(text, old)).toBe(ofOld);
      expect(quoteWord(text, current)).toBe(ofCurrent);
    });
  }

  test("control characters and half surrogate pairs are refused", () => {
    for (const text of ["\0", "a\x1bb", "\r", "\x7f", "\u0085", "\ud83d"]) {
      expect(isTypable(text)).toBe(false);
      expect(() => quoteWord(text, current)).toThrow();
    }
    expect(isTypable("tab\tnewline\n漢字 👩‍👩‍👧 é")).toBe(true);
  });
});

test("commands share a line, and never contain a newline", () => {
  const line = renderLine(
    [command("set-buffer", "--", "a\nb"), command("display-message", "-p", "x y")],
    current,
  );
  expect(line).toBe(`set-buffer -- 'a'"\\n"'b' ; display-message -p 'x y'`);
});

test("a branch is quoted once more, whatever it holds", () => {
  const inner = command("send-keys", "it's");
  const line = renderLine([commandIf("=x:", "#{y}", inner, command("display-message", ";"))], current);
  const once = `send-keys 'it'"'"'s'`;
  expect(line).toBe(
    `if-shell -F -t '=x:' '#{y}' '${once.replaceAll("'", `'"'"'`)}' 'display-message '"'"';'"'"''`,
  );
});

test("among arguments a semicolon alone separates, and one at the end of a word is escaped", () => {
  expect(renderArguments([command("set-buffer", "a;", ";", "b"), command("start-server")])).toEqual([
    "set-buffer",
    "a\\;",
    "\\;",
    "b",
    ";",
    "start-server",
  ]);
});

function version(text: string): TmuxVersion {
  const parsed = parseTmuxVersion(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}
