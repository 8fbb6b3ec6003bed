import { describe, expect, test } from "bun:test";

import {
  findAsker,
  programOf,
  secretFor,
  type HeldTerminal,
  type Holder,
} from "../../../src/policy/secret-use.ts";

const shell: Holder = {
  pid: 10,
  realUid: 1000,
  effectiveUid: 1000,
  isInFront: false,
  place: "leader",
  hasChildren: true,
  program: "bash",
};
const sudo: Holder = {
  pid: 11,
  realUid: 1000,
  effectiveUid: 0,
  isInFront: true,
  place: "child",
  hasChildren: false,
  program: "sudo",
};
const asks: HeldTerminal = { canonical: true, echo: false, holders: [shell, sudo] };

test("sudo and su that ask the login shell's user are found", () => {
  expect(findAsker(asks)).toEqual({ asker: { pid: 11, program: "sudo" } });
  expect(findAsker({ ...asks, holders: [{ ...sudo, program: "su" }, shell] })).toEqual({
    asker: { pid: 11, program: "su" },
  });
});

describe("nothing may be given a secret where", () => {
  const withSudo = (changes: Partial<Holder>) => ({ ...asks, holders: [shell, { ...sudo, ...changes }] });
  const reader: Holder = { ...shell, pid: 12, place: "other", program: "cat" };

  test.each<[string, HeldTerminal]>([
    ["the host tells nothing", { canonical: true, echo: false, holders: [] }],
    ["the login shell is not seen", { ...asks, holders: [sudo] }],
    ["the shell itself is in front", { ...asks, holders: [{ ...shell, isInFront: true }] }],
    ["another program asks", withSudo({ program: "passwd" })],
    ["its name only begins so", withSudo({ program: "sudoku" })],
    ["it was started by another program", withSudo({ place: "other" })],
    ["it runs as the user", withSudo({ effectiveUid: 1000 })],
    ["root started it", withSudo({ realUid: 0 })],
    ["it has started something", withSudo({ hasChildren: true })],
    [
      "the account is root",
      {
        ...asks,
        holders: [
          { ...shell, realUid: 0 },
          { ...sudo, realUid: 0 },
        ],
      },
    ],
    ["what is typed is shown", { ...asks, echo: true }],
    ["single keys are read", { ...asks, canonical: false }],
    [
      "another program is in front with it",
      { ...asks, holders: [shell, sudo, { ...reader, isInFront: true }] },
    ],
    ["another program has the terminal open", { ...asks, holders: [shell, sudo, reader] }],
  ])("%s", (_title, terminal) => {
    expect(findAsker(terminal)).toHaveProperty("reason");
  });
});

test("a secret is for the program that `for` names, and sudo and su for their namesakes", () => {
  expect(programOf("sudo", {})).toBe("sudo");
  expect(programOf("sudo", { for: "su" })).toBe("su");
  expect(programOf("db", {})).toBeUndefined();
});

test("only sudo and su have a secret that is for them by itself", () => {
  const secrets = new Map([
    ["db", { for: "mysql" }],
    ["root", { for: "sudo" }],
    ["sudo", {}],
  ]);
  expect(secretFor("sudo", secrets)).toBe("root");
  expect(secretFor("su", secrets)).toBeUndefined();
  expect(secretFor("mysql", secrets)).toBeUndefined();
});
