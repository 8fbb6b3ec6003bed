import { expect, test } from "bun:test";

import { UserError } from "../../../src/base/user-error.ts";
import { assertTakenBy, prepareCommand } from "../../../src/sessions/command-text.ts";

const readline = { bracketedPaste: true, isFish: false };
const fish = { bracketedPaste: true, isFish: true };
const canonical = { bracketedPaste: false, isFish: false };

test("line ends become LF and the last one is left to Enter; all else stays as it is", () => {
  expect(prepareCommand("a\r\nb\r\n")).toBe("a\nb");
  expect(prepareCommand("a\n\n\n")).toBe("a");
  expect(prepareCommand("  -n 'x!' \\\n\ty;  ")).toBe("  -n 'x!' \\\n\ty;  ");
});

test.each([
  ["a\u001bb", "U+001B"],
  ["a\u0003", "U+0003"],
  ["a\rb", "U+000D"],
  ["a\u009bb", "U+009B"],
  ["a\ud800b", "surrogate"],
  ["x".repeat(131_073), "131073 bytes"],
])("%p is refused, not cut", (command, reason) => {
  expect(refusal(() => prepareCommand(command))).toContain(reason);
});

test.each([
  ["two\nlines", canonical, "several lines"],
  ["a\tb", canonical, "tab"],
  ["x".repeat(1_001), canonical, "1001 bytes"],
  ["é".repeat(501), canonical, "1002 bytes"],
  ["a\tb", fish, "tab"],
  ["x\n".repeat(300), fish, "301 lines"],
] as const)("what an editor would not take whole is refused: %#", (text, editor, reason) => {
  expect(refusal(() => assertTakenBy(text, editor))).toContain(reason);
});

test.each([
  ["two\n\tlines", readline],
  ["x".repeat(60_000), readline],
  ["two\nlines", fish],
  ["x".repeat(1_000), canonical],
] as const)("what an editor takes is not refused: %#", (text, editor) => {
  expect(() => assertTakenBy(text, editor)).not.toThrow();
});

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError && error.code === "INVALID_ARGUMENT") return error.message;
    throw error;
  }
  return "";
}
