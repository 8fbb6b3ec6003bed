import { describe, expect, test } from "bun:test";

import { hostProblem, jumpProblem, userProblem } from "../../../src/config/address.ts";

describe("a host", () => {
  const good = [
    "web1",
    "db.example.com",
    "192.168.1.1",
    "::1",
    "fe80::1%eth0",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "büro",
    "a_b-c.d",
  ];
  test.each(good)("may be %p", (host) => expect(hostProblem(host)).toBeUndefined());

  const bad = [
    "-oProxyCommand=x",
    "a b",
    "a\tb",
    "a\nb",
    "a;b",
    "a|b",
    "$(id)",
    "`id`",
    "a'b",
    'a"b',
    "a\\b",
    "a&b",
    "a>b",
    "a{b}",
    "a*",
    "[::1]",
  ];
  test.each([
    ...bad,
    "root@a",
    "ssh://a",
    "a:22",
    "a%h",
    "a\u0000",
    "a\u202eb",
    "",
    "a".repeat(300),
    "!a",
    "a#b",
    "~a",
  ])("may not be %p", (host) => {
    expect(hostProblem(host)).toBeDefined();
  });
});

describe("a user", () => {
  test.each(["root", "deploy.bot", "user@corp.example", "CORP\\jane", "_svc", "1000", "a+b"])(
    "may be %p",
    (user) => {
      expect(userProblem(user)).toBeUndefined();
    },
  );

  test.each([
    "-l",
    "a b",
    "a;b",
    "$USER",
    "a`b",
    "a'b",
    'a"b',
    "a\\",
    "a|b",
    "a&b",
    "a<b",
    "a(b)",
    "a%r",
    "a\u001b",
    "",
  ])("may not be %p", (user) => {
    expect(userProblem(user)).toBeDefined();
  });
});

describe("a jump", () => {
  test.each([
    "bastion",
    "user@bastion",
    "user@bastion:2222",
    "[::1]:22",
    "u@[fe80::1%eth0]:22",
    "a,b@c:1",
    "none",
  ])("may be %p", (jump) => {
    expect(jumpProblem(jump)).toBeUndefined();
  });

  test.each([
    "-a",
    "a,-oX=y",
    "u@-h",
    "-u@h",
    "h:0",
    "h:65536",
    "h:x",
    "a,,b",
    "a b",
    "$(x)",
    "ssh://a",
    "u@",
    "@h",
    "a;b:22",
  ])("may not be %p", (jump) => {
    expect(jumpProblem(jump)).toBeDefined();
  });
});
