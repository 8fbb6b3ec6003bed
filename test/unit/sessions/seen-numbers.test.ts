import { afterAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Terminal } from "../../../src/sessions/terminal.ts";
import { LogStore } from "../../../src/state/log-store.ts";

const folder = mkdtempSync(join(tmpdir(), "mcp-seen-"));
afterAll(() => rmSync(folder, { recursive: true }));

const aid = "0123456789abcdef0123456789abcdef";
const mark = (payload: string) => `\x1b]7712;${payload}\x07`;
const prompt = (counter: number) =>
  mark(`D;${aid};${counter};0`) + mark(`A;${aid};${counter};c;root;vm;/tmp`) + "\x1b[?2004h$ ";
const begin = mark(`C;${aid};1`);
const pieceBytes = [1, 7, 31, 32, 33, 100, 100_000].map((bytes) => [bytes] as const);

test.each(pieceBytes)("in pieces of %d bytes, our own marks are nothing that was seen", async (bytes) => {
  const several = `${begin}one\r\n${begin}two\r\n`;
  expect(
    await seenIn(`${prompt(1)}typed\r\n${several}${prompt(2)}\x1bPopen ${"x".repeat(20_000)}`, bytes),
  ).toBe(false);
});

test.each(pieceBytes)(
  "in pieces of %d bytes, the number is seen in text and in a mark said again",
  async (bytes) => {
    for (const output of [
      `aid=${aid}`,
      prompt(1),
      mark(`D;${aid};1;0`),
      mark(`X;${aid}`),
      `\x1bPopen ${aid}\x1b\\`,
    ])
      expect(await seenIn(`${prompt(1)}typed\r\n${begin}${output}\r\n${prompt(2)}`, bytes)).toBe(true);
  },
);

async function seenIn(text: string, bytes: number): Promise<boolean> {
  const path = join(folder, "s.log");
  writeFileSync(path, "");
  const log = new LogStore(path);
  const levels = [{ aid, bracketed: true }];
  const terminal = new Terminal({ log, number: "f".repeat(32), start: 0, levels, cols: 80, rows: 24 });
  for (let at = 0; at < text.length; at += bytes) {
    appendFileSync(path, text.slice(at, at + bytes));
    await terminal.catchUp();
  }
  return terminal.shellLevels[0]?.seen === true;
}
