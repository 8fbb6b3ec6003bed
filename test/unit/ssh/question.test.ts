import { describe, expect, test } from "bun:test";

import { recogniseQuestion, type Asker } from "../../../src/ssh/question.ts";

const asker: Asker = {
  user: "deploy",
  host: "web.example",
  keyPaths: ["/home/me/.ssh/id", `/k/${"x".repeat(120)}`],
  version: { major: 9, minor: 2 },
};
const ask = (prompt: string, version = asker.version) => recogniseQuestion(prompt, { ...asker, version });

describe("ssh's own question", () => {
  test.each([
    ["deploy@web.example's password: ", { kind: "password" }],
    ["(deploy@web.example) Password: ", { kind: "password" }],
    ["Enter passphrase for key '/home/me/.ssh/id': ", { kind: "passphrase", keyPath: "/home/me/.ssh/id" }],
    [
      `Enter passphrase for key '/k/${"x".repeat(97)}': `,
      { kind: "passphrase", keyPath: `/k/${"x".repeat(120)}` },
    ],
  ] as const)("%p is recognised", (prompt, question) => {
    expect(ask(prompt)).toEqual(question);
  });

  test("has a long name cut before 8.0, and whole since", () => {
    const long = { ...asker, user: "u".repeat(40) };
    const at = (version: Asker["version"], length: number) =>
      recogniseQuestion(`${"u".repeat(length)}@web.example's password: `, { ...long, version });
    expect(at({ major: 7, minor: 4 }, 30)).toEqual({ kind: "password" });
    expect(at({ major: 8, minor: 0 }, 30)).toBeUndefined();
    expect(at({ major: 8, minor: 0 }, 40)).toEqual({ kind: "password" });
  });
});

describe("no question of ssh's for this login", () => {
  test.each([
    ["another host's", "deploy@db.example's password: "],
    ["another user's", "root@web.example's password: "],
    ["another key's", "Enter passphrase for key '/home/me/.ssh/other': "],
    ["with words before it", "sorry\ndeploy@web.example's password: "],
    ["with words behind it", "deploy@web.example's password: again: "],
    ["the host's, in ssh's words", "(deploy@web.example) deploy@web.example's password: "],
    ["the host's, for a key", "(deploy@web.example) Enter passphrase for key '/home/me/.ssh/id': "],
    ["the host's, for a code", "(deploy@web.example) Verification code: "],
    ["the host's, for the next password", "(deploy@web.example) New password: "],
    ["of a password that must be changed", "Enter deploy@web.example's old password: "],
    ["about a host key", "Are you sure you want to continue connecting (yes/no/[fingerprint])? "],
    ["a security key's PIN", "Enter PIN for ED25519-SK key /home/me/.ssh/id: "],
  ])("is recognised in one that is %s", (_, prompt) => {
    expect(ask(prompt)).toBeUndefined();
  });

  test("is seen in a host's own words before 8.5, where ssh does not say whose they are", () => {
    expect(ask("Password: ", { major: 8, minor: 4 })).toBeUndefined();
    expect(ask("(deploy@web.example) Password: ", { major: 8, minor: 4 })).toBeUndefined();
  });
});
