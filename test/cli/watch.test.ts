import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { renderFrame, type Tile } from "../../src/cli/watch/frame.ts";
import { runBinary } from "../binary/run-binary.ts";
import { OuterTerminal } from "../support/outer-terminal.ts";
import { ShellSession } from "../support/shell-session.ts";
import { TerminalRun } from "../support/terminal-run.ts";

let session: ShellSession;

setDefaultTimeout(60_000);

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
});

afterAll(() => session[Symbol.asyncDispose]());

test("watch shows all sessions at once in 80 by 24, follows them, takes no input and ends with q", async () => {
  await session.open("other");
  await session.run("echo first-$((6*7))");
  using terminal = new OuterTerminal(["watch"], session.home.env);
  await terminal.shows(/^mcp-ssh-interactive watch \| 2 sessions/);
  await terminal.shows(/^first-42$/m);
  expect(terminal.screen).toMatch(/^== s \| \S+@\S+:\S+ \| at the prompt =/m);
  expect(terminal.screen).toMatch(/^== other \| /m);
  expect(terminal.lines).toHaveLength(24);
  expect(terminal.lines.at(-1)).toStartWith("q leaves | only looks");
  terminal.press("-l", "echo typed");
  terminal.press("Enter");
  await session.run("echo later-$((6*8)); sleep 300", { wait_seconds: 0 });
  await terminal.shows(/^later-48$/m);
  await terminal.shows(/\| runs echo later/);
  expect(terminal.screen).not.toContain("typed");
  await session.interrupt();
  await session.server.call("close_connection", { session_name: "other" });
  await terminal.shows(/watch \| 1 session$/m);
  terminal.resize(60, 12);
  await terminal.shows(/^(?:.*\n){11}q leaves/);
  terminal.press("q");
  await terminal.shows(/exit 0/);
  await terminal.shows(/^icanon$/m);
  expect(terminal.screen).not.toContain("== s");
});

test("what a host prints reaches the watcher's terminal as text alone", async () => {
  await using run = new TerminalRun(["watch", "--no-color"], { ...session.home.env, TERM: "xterm" });
  await run.shows(/== s/);
  await session.run(
    String.raw`printf 'in \033]0;TITLE\007\033Ptmux;\033\033]52;c;eA==\a\033\\ \033[31mred \342\200\256sl \r\n'`,
  );
  await run.shows(/in .*red/);
  run.type("\u0003");
  expect(await run.ended()).toBe(130);
  const ours = /\u001b\[(?:\?1049[hl]|\?25[hl]|2J|0m|\d+;1H)/g;
  expect(run.output.replace(ours, "").replaceAll(/[\r\n]/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test("without a terminal it names what works", async () => {
  const { env } = session.home;
  expect(await runBinary(["watch"], { env })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("mcp-ssh-interactive status"),
  });
});

test.each([
  { cols: 80, rows: 24, page: 0 },
  { cols: 17, rows: 3, page: 9 },
  { cols: 1, rows: 1, page: 0 },
  { cols: 200, rows: 50, page: 0 },
])("a frame fills $cols by $rows exactly, on one of its pages", (view) => {
  const tiles = Array.from({ length: 11 }, (_, at): Tile => ({
    title: `s${at} | 界界界 | at the prompt`,
    lines: ["plain", "宽".repeat(150), "e\u0301\u001b[31m", "", ""],
    cursorRow: 3,
  }));
  const frame = renderFrame(tiles, { ...view, color: false });
  expect(frame.rows).toHaveLength(view.rows);
  for (const row of frame.rows) expect(Bun.stringWidth(row)).toBe(view.cols);
  expect(frame.page).toBeLessThan(frame.pages);
  expect(renderFrame([], { ...view, color: false }).rows).toHaveLength(view.rows);
});
