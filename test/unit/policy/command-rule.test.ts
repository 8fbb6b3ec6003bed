import { expect, test } from "bun:test";

import { commandRuleFault } from "../../../src/base/command-rule.ts";
import { denies } from "../../../src/policy/command-rule.ts";

test.each([
  "rm",
  "systemctl restart nginx",
  "systemctl status *",
  "rm /tmp/x-?",
  "git push --force",
  "dd if=*",
  " ls ",
])("%j is a rule", (rule) => {
  expect(commandRuleFault(rule)).toBeUndefined();
});

test.each([
  ["", "more than plain words"],
  ["  ", "more than plain words"],
  ["*", "does not write out"],
  ["r*", "does not write out"],
  ["rm; ls", "more than plain words"],
  ["rm 'a b'", "more than plain words"],
  ["rm $X", "more than plain words"],
  ["rm\tx", "more than plain words"],
  ["rm é", "more than plain words"],
  [`rm ${"x".repeat(200)}`, "longer than 200"],
])("%j is none", (rule, fault) => {
  expect(commandRuleFault(rule)).toContain(fault);
});

test.each([
  ["rm -rf", ["rm", "-r", "x", "-f"], "yes"],
  ["rm -rf", ["rm", "-r", "x"], "no"],
  ["rm -rf /", ["rm", "/", "-fvr"], "yes"],
  ["rm -rf /", ["rm", "-rf", undefined], "maybe"],
  ["rm *", ["rm"], "yes"],
  ["git push *", ["git", "push", "x"], "yes"],
  ["dd of=/dev/*", ["dd", "if=x", "of=/dev/disk/by-id/x"], "yes"],
  ["git push --force", ["git", "push", "--force=x"], "yes"],
  ["/bin/rm", ["/usr/bin/rm"], "yes"],
  ["rm", [undefined, "x"], "maybe"],
  ["rm", ["rmdir", undefined], "no"],
] as const)("deny %j of %j: %s", (rule, words, answer) => {
  expect(denies(rule, words)).toBe(answer);
});

test("a pattern of stars takes no time that grows with its stars", () => {
  const before = process.cpuUsage();
  denies(`rm ${"*a".repeat(90)}b`, ["rm", "a".repeat(8_000)]);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
});
