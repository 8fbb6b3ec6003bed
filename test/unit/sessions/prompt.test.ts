import { expect, test } from "bun:test";

import { PromptLevels } from "../../../src/sessions/prompt-levels.ts";
import {
  isPrompt,
  looksLikeContinuation,
  looksLikePrompt,
  looksLikeRepl,
  matchPrompt,
  withoutRightPrompt,
} from "../../../src/sessions/prompt.ts";

const editor = (text: string) => ({ text, bracketed: true });
const plain = (text: string) => ({ text, bracketed: false });

test.each([
  ["deploy@web1:~$ ", "deploy@web1:~$ ", ""],
  ["deploy@web1:~$ ", "deploy@web1:/srv/app$ ", ""],
  ["deploy@web1:~$ ", "deploy@web1:~$ ls -l", "ls -l"],
  ["deploy@web1:~$ ", "deploy@web1:/srv$ echo $ ", "echo $ "],
  ["[deploy@web1 ~]# ", "[deploy@web1 log]# ", ""],
  ["~/src ❯ ", "/tmp ❯ x", "x"],
  ["$ ", "$ x", "x"],
])("the prompt %p is seen in %p with %p typed", (learned, line, typed) => {
  expect(matchPrompt(editor(learned), line)?.typed).toBe(typed);
});

test.each([
  ["deploy@web1:~$ ", "root@web1:~# "],
  ["$ ", "> "],
  ["deploy@web1:~$ ", "total 12"],
])("the prompt %p is not seen in %p", (learned, line) => {
  expect(matchPrompt(editor(learned), line)).toBeUndefined();
});

test("only a prompt without line editor stands behind output on its line", () => {
  expect(isPrompt(plain("# "), "abc# ")).toBe(true);
  expect(isPrompt(editor("# "), "abc# ")).toBe(false);
  expect(isPrompt(editor("# "), "# ls")).toBe(false);
});

test("prompts of shells, of unfinished commands and of interpreters are told apart", () => {
  for (const line of ["$ ", "root@vm:~# ", "vm# ", "/ # ", "host>", "~ ❯ ", "vm:/root% "])
    expect([line, looksLikePrompt(line), looksLikeRepl(line) && !line.endsWith(">")]).toEqual([
      line,
      true,
      false,
    ]);
  for (const line of ["> ", "quote> ", "dquote cmdsubst> ", "? ", "heredoc> "])
    expect([line, looksLikeContinuation(line)]).toEqual([line, true]);
  for (const line of [
    ">>> ",
    "mysql> ",
    "postgres=# ",
    "postgres=> ",
    "app-# ",
    "(gdb) ",
    "In [3]: ",
    "127> ",
  ].slice(0, -1))
    expect([line, looksLikeRepl(line), looksLikeContinuation(line)]).toEqual([line, true, false]);
  for (const line of ["", "50% done", "Password: "])
    expect([line, looksLikePrompt(line)]).toEqual([line, false]);
});

test("a prompt at the right margin is not text on the line", () => {
  expect(withoutRightPrompt("        11:00:37")).toBe("");
  expect(withoutRightPrompt("      ")).toBe("");
  expect(withoutRightPrompt("s -l")).toBe("s -l");
});

test("prompts of inner shells are known until an outer one is back", () => {
  const login = editor("a@b:~$ ");
  const levels = new PromptLevels();
  levels.settle(login, plain("# "));
  levels.settle(login, editor("x@y:/$ "));
  expect(levels.known(login).map(({ text }) => text)).toEqual(["x@y:/$ ", "# ", "a@b:~$ "]);
  levels.settle(login, plain("out# "));
  expect(levels.known(login).map(({ text }) => text)).toEqual(["# ", "a@b:~$ "]);
  levels.settle(login, editor("a@b:/tmp$ "));
  expect(levels.known(login)).toEqual([login]);
});

test("a plain prompt is learned with its folder, and seen behind output then", () => {
  const login = plain("vm:/root# ");
  const levels = new PromptLevels();
  levels.settle(login, plain("vm:/tmp# "));
  levels.settle(login, plain("abcvm:/tmp# "));
  expect(levels.known(login).map(({ text }) => text)).toEqual(["vm:/tmp# ", "vm:/root# "]);
});

test("a prompt that changes with every command does not fill memory", () => {
  const levels = new PromptLevels();
  for (let index = 0; index < 100; index++) levels.settle(undefined, editor(`[${index}] ❯ `));
  expect(levels.known(undefined).length).toBeLessThan(10);
});
