import { describe, expect, test } from "bun:test";

import { parseMark, type Mark } from "../../../src/shell-integration/mark.ts";

const aid = "0123456789abcdef0123456789abcdef";
const prompt = {
  kind: "prompt",
  aid,
  counter: 3,
  marksBegin: true,
  lineLeft: false,
  user: "alice",
  host: "vm",
  folder: "/home/alice",
} as const;

test.each<[payload: string, mark: Mark]>([
  ["R;bash;12", { kind: "loader-ready", program: "bash", pid: 12 }],
  ["R;-zsh;1", { kind: "loader-ready", program: "zsh", pid: 1 }],
  [`C;${aid};0`, { kind: "command-began", aid, counter: 0 }],
  [`P;${aid};12`, { kind: "continuation", aid, counter: 12 }],
  [`D;${aid};1;0`, { kind: "command-ended", aid, counter: 1, status: 0 }],
  [`D;${aid};999999999;271`, { kind: "command-ended", aid, counter: 999_999_999, status: 271 }],
  [`X;${aid};PROMPT_COMMAND is readonly`, { kind: "refused", aid, reason: "PROMPT_COMMAND is readonly" }],
  [`A;${aid};3;c;alice;vm;/home/alice`, prompt],
  [`A;${aid};3;cl;alice;vm;/home/alice`, { ...prompt, lineLeft: true }],
  [`A;${aid};3;;alice;vm;/home/alice`, { ...prompt, marksBegin: false }],
  [`A;${aid};3;c;;;`, { ...prompt, user: undefined, host: undefined, folder: undefined }],
  [`A;${aid};3;c;alice;vm;/a;b %41 日本`, { ...prompt, folder: "/a;b %41 日本" }],
  [`A;${aid};3;c;alice;vm;%2f%1b%0a%e6%97%a5%`, { ...prompt, folder: "/\x1b\n日" }],
  [`A;${aid};3;c;alice;vm;%%2f%61%%%%62%`, { ...prompt, folder: "/ab" }],
  [`A;${aid};3;c;alice;vm;%41`, { ...prompt, folder: undefined }],
  [`A;${aid};3;c;alice;vm;%2f%00`, { ...prompt, folder: undefined }],
  [`A;${aid};3;c;alice;vm;relative`, { ...prompt, folder: undefined }],
  [`A;${aid};3;c;${"u".repeat(256)};vm;/`, { ...prompt, user: undefined, folder: "/" }],
])("%p is a mark", (payload, mark) => {
  expect(parseMark(payload)).toEqual(mark);
});

describe("what is no mark", () => {
  test.each([
    "",
    "R",
    "R;",
    "R;ba sh;1",
    "R;../x;1",
    "R;sh",
    "R;sh;0",
    `R;${"a".repeat(65)};1`,
    `C;${aid}`,
    `C;${aid};`,
    `C;${aid};01`,
    `C;${aid};-1`,
    `C;${aid};1;`,
    `C;${aid.toUpperCase()};1`,
    `C;${aid.slice(1)};1`,
    `C;${aid}0;1`,
    ` C;${aid};1`,
    `C;${aid};1\n`,
    `C;${aid};1000000000`,
    `D;${aid};1`,
    `D;${aid};1;`,
    `D;${aid};1;x`,
    `D;${aid};1;-1`,
    `D;${aid};1;123456`,
    `D;${aid};1;0;0`,
    `A;${aid};1`,
    `A;${aid};1;x;alice;vm;/`,
    `A;${aid};1;c;alice;vm`,
    `A;${aid};1;c;a\nda;vm;/`,
    `A;${aid};1;c;alice;vm;/a\x1bb`,
    `A;${aid};1;c;alice;vm;/a\u009bb`,
    `X;${aid};`,
    `X;${aid};${"x".repeat(81)}`,
    `X;${aid};a\nb`,
    `B;${aid};1`,
  ])("%p", (payload) => {
    expect(parseMark(payload)).toBeUndefined();
  });
});
