import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { runProcess } from "../../src/platform/run-process.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { command, renderArguments } from "../../src/tmux/words.ts";
import { PrivateTmux } from "../support/private-tmux.ts";

const tmux = new PrivateTmux();
let server: TmuxServer;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

const pieces = [
  "'",
  '"',
  "\\",
  "\\\\",
  ";",
  "\\;",
  " ; ",
  "\n",
  "\t",
  " ",
  "~",
  "$HOME",
  "${HOME}",
  "#",
  "##",
  "#{pid}",
  "#(id)",
  "%",
  "%%",
  "%H",
  "%if",
  "%begin",
  "{",
  "}",
  "-",
  "--",
  "-x",
  "=",
  "a=b",
  "!",
  "`id`",
  "*",
  "|",
  "&",
  "word",
  "0",
  "\\n",
  "\\e",
  "\\101",
  "\\u0041",
  "é",
  "漢字",
  "👩‍👩‍👧",
  "\u{301}",
  "\u{feff}",
  "\u{2028}",
];

const corners = [
  ";",
  "a;",
  "a\\;",
  "\\",
  "a\\",
  "'",
  "''",
  "it's",
  '"',
  "-",
  "--",
  "-b",
  "~",
  "~root",
  "$HOME",
  "#",
  "\n",
  "\n\n",
  "a\n",
  "\na",
  "'\n'",
  ";\n;",
  " ",
  "\t",
  "{",
  "}",
  "%if 1",
  "x=1",
  "a'\n;",
  "日本語;",
];

test("every corner of the grammar reaches tmux as it stands", async () => {
  for (const text of corners) expect(await throughControlLine(text)).toBe(text);
});

test("random text of all that means something to a shell or to tmux reaches it as it stands", async () => {
  for (const text of randomTexts(150)) expect(await throughControlLine(text)).toBe(text);
});

test("60 kB of every kind of character reach tmux in one line", async () => {
  const text = randomTexts(20_000).join("").slice(0, 60_000).toWellFormed();
  expect(await throughControlLine(text)).toBe(text);
  const quotes = "'\n;".repeat(20_000);
  expect(await throughControlLine(quotes)).toBe(quotes);
});

test("arguments of an invocation reach tmux as they stand", async () => {
  const { program, socketPath, env } = tmux.options;
  for (const text of [...corners, ...randomTexts(10)]) {
    const args = renderArguments([
      command("set-buffer", "-b", "argument", "--", text),
      command("start-server"),
    ]);
    await runProcess([program, "-u", "-S", socketPath, ...args], { env: { ...env }, timeoutMs: 5000 });
    expect(await saved("argument")).toBe(text);
  }
});

async function throughControlLine(text: string): Promise<string> {
  const replies = await server.run([command("set-buffer", "-b", "word", "--", text)]);
  expect(replies).toEqual([{ ok: true, lines: [] }]);
  return await saved("word");
}

async function saved(buffer: string): Promise<string> {
  const file = join(tmux.folder, "saved");
  expect(await tmux.ask("save-buffer", "-b", buffer, file)).toBe("");
  return readFileSync(file, "utf8");
}

function randomTexts(count: number): string[] {
  let seed = 42;
  const next = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * limit);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)] ?? "").join(""),
  );
}
