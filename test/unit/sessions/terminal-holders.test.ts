import { expect, test } from "bun:test";

import { parseHolders } from "../../../src/sessions/terminal-holders.ts";

const tag = "a1b2";
const said = (...lines: string[]) => lines.map((line) => `${tag} ${line}\n`).join("");
const shell = "h some 10:1000:1000:back:leader:bash";
const sudo = "h none 11:1000:0:front:child:sudo";

test("what has the terminal open is read, after whatever came before", () => {
  expect(parseHolders(`welcome\n${said("m 1 0", shell, sudo, "e")}`, tag)).toEqual({
    canonical: true,
    echo: false,
    holders: [
      {
        pid: 10,
        realUid: 1000,
        effectiveUid: 1000,
        isInFront: false,
        place: "leader",
        hasChildren: true,
        program: "bash",
      },
      {
        pid: 11,
        realUid: 1000,
        effectiveUid: 0,
        isInFront: true,
        place: "child",
        hasChildren: false,
        program: "sudo",
      },
    ],
  });
});

test.each([
  ["nothing", ""],
  ["another tag", said("m 1 0", shell, sudo, "e").replaceAll(tag, "ffff")],
  ["no end", said("m 1 0", shell, sudo)],
  ["no modes", said(shell, sudo, "e")],
  ["something behind the end", said("m 1 0", shell, "e", sudo)],
  ["a word too many", said("m 1 0", `${shell} x`, sudo, "e")],
  ["a place that there is not", said("m 1 0", shell.replace("leader", "friend"), sudo, "e")],
  ["a line of the other kind", said("m 1 0", "p S wait_woken tty sudo 11 more", "e")],
  ["too much", said("m 1 0", ...Array<string>(80).fill(shell), "e")],
])("%s tells nothing", (_title, text) => {
  expect(parseHolders(text, tag)).toBeUndefined();
});
