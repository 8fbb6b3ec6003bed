import { expect, test } from "bun:test";

import { renderLoader } from "../../../src/shell-integration/loader.ts";
import { renderPayload } from "../../../src/shell-integration/payload.ts";
import { shellOf, type Shell } from "../../../src/shell-integration/shell.ts";

const aid = "0123456789abcdef0123456789abcdef";
const shells: Shell[] = ["bash", "zsh", "fish", "korn", "posix", "ash", "tcsh"];

test("the typed line is constant, of printable ASCII, begins with a space and fits busybox's 1,023 bytes", () => {
  const line = renderLoader();
  expect(line).toBe(renderLoader());
  expect(line).toMatch(/^ [ -~]+$/);
  expect(line.length).toBeLessThan(1000);
});

test("the typed line holds nothing that one of the shells reads inside quotes", () => {
  const scripts = [...renderLoader().matchAll(/sh -c '([^']*)'/g)].map(([, script]) => script ?? "");
  expect(scripts).toHaveLength(2);
  expect(scripts[0]).toBe(scripts[1]);
  expect(scripts[0]).not.toMatch(/[!`]|\\[\\$`]/);
});

test.each(shells)("the payload for %s is one line of printable ASCII with an end of its own", (shell) => {
  const payload = renderPayload(shell, aid);
  expect(payload).toMatch(/^[ -?A-~]+@\n$/);
  expect(payload).toContain(aid);
  expect(payload).not.toContain("AID");
});

test("without a shell the loader is let go", () => {
  expect(renderPayload(undefined, aid)).toBe("\n");
});

test("an aid that is none is a bug", () => {
  expect(() => renderPayload("bash", "x")).toThrow("32 hexadecimal digits");
});

test.each<[program: string, shell: Shell | undefined]>([
  ["bash", "bash"],
  ["busybox", "ash"],
  ["dash", "posix"],
  ["ksh93", "korn"],
  ["tcsh", "tcsh"],
  ["rbash", undefined],
  ["python3.11", undefined],
  ["csh", undefined],
  ["constructor", undefined],
])("a program called %s is the shell %p", (program, shell) => {
  expect(shellOf(program)).toBe(shell);
});
