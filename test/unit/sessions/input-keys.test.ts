import { expect, test } from "bun:test";

import { UserError } from "../../../src/base/user-error.ts";
import { parseInput } from "../../../src/sessions/input-keys.ts";
import { isKeyName } from "../../../src/tmux/input.ts";

/** Texts in quotes, keys bare. */
function steps(text: string, keys: readonly string[] = []): string {
  return parseInput(text, keys)
    .steps.map((step) => (step.kind === "text" ? JSON.stringify(step.text) : step.key))
    .join(" ");
}

test.each([
  ["yes\n", '"yes" Enter'],
  ["a\r\nb\rc\n\n", '"a" Enter "b" Enter "c" Enter Enter'],
  ["\u0003", "C-c"],
  ["\u0000\u0001\u001a\u001b\u001c\u001d\u001e\u001f", "C-Space C-a C-z Escape C-\\ C-] C-^ C-_"],
  ["x\ty\u007f\b", '"x" Tab "y" BSpace C-h'],
  ["naïve 日本 ;", '"naïve 日本 ;"'],
])("text %p is %s", (text, expected) => {
  expect(steps(text)).toBe(expected);
});

test.each([
  [["Enter"], "Enter"],
  [["Enter Tab Escape Up PageDown F1 C-c M-x C-Left"], "Enter Tab Escape Up NPage F1 C-c M-x C-Left"],
  [["Down*3", "Enter"], "Down Down Down Enter"],
  [["q"], '"q"'],
  [[" "], "Space"],
  [["Space", "b", "G"], 'Space "bG"'],
  [["Escape : q ! Enter"], 'Escape ":q!" Enter'],
  [["*", "x*3", "**2", "5"], '"*xxx**5"'],
  [["C-C", "C-M-a", "S-Up", "F12", "C-S-End"], "C-c C-M-a S-Up F12 C-S-End"],
  [["é", "日"], '"é日"'],
])("keys %j are %s", (keys, expected) => {
  expect(steps("", keys)).toBe(expected);
});

test("every key is one that tmux knows", () => {
  const names =
    "Enter Return Tab BTab Escape Space Backspace Delete Insert Home End Up Down Left Right PageUp PageDown";
  const all = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join("");
  for (const step of parseInput(`${all}\u007f`, [names, "F1 F9 F10 F12 C-? M-C-x C-Space M-Enter"]).steps) {
    expect(step.kind === "key" && isKeyName(step.key)).toBe(true);
  }
});

test("text comes before keys, and Enter is counted wherever it stands", () => {
  expect(steps("yes", ["Enter"])).toBe('"yes" Enter');
  expect(parseInput("a\nb", [])).toMatchObject({ enters: 1, endsInEnter: false, prints: true });
  expect(parseInput("a", ["C-m"])).toMatchObject({ enters: 1, endsInEnter: true });
  expect(parseInput("", ["Space"])).toMatchObject({ enters: 0, prints: true });
  expect(parseInput("", ["C-c", "Up"])).toMatchObject({ enters: 0, prints: false });
});

test.each([
  [["Entr"], "Did you mean Enter?"],
  [["enter"], "Did you mean Enter?"],
  [["PgDown"], "Did you mean PageDown?"],
  [["Ctrl+C"], "Did you mean C-c?"],
  [["^D"], "Did you mean C-d?"],
  [["C-Lft"], "Did you mean C-Left?"],
  [["F13"], "Did you mean F1?"],
  [["Enter", "hello"], "words belong into text"],
  [["Down*0"], "Keys are"],
  [["C-"], "Keys are"],
])("of the keys %j none is sent: %s", (keys, hint) => {
  expect(refusal("", keys)).toMatchObject({ code: "INVALID_ARGUMENT", hint: expect.stringContaining(hint) });
});

test("nothing, too much and what no terminal sends are refused", () => {
  expect(refusal("", [])?.message).toContain("neither text nor a key");
  expect(refusal("", ["Up*999", "Up*9"])?.message).toContain("more than 1000 keys");
  expect(refusal("x".repeat(65_537), [])?.message).toContain("65537");
  expect(refusal("\u009b1m", [])?.code).toBe("INVALID_ARGUMENT");
  expect(refusal("\ud800", [])?.code).toBe("INVALID_ARGUMENT");
});

function refusal(text: string, keys: readonly string[]): UserError | undefined {
  try {
    parseInput(text, keys);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
