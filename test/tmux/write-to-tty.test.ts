import { expect, test } from "bun:test";

import { writeToTty } from "../../src/platform/tty.ts";
import { PrivateTmux } from "../support/private-tmux.ts";

test("a terminal that another program writes to at the same moment takes what is written", async () => {
  await using tmux = new PrivateTmux();
  await tmux.ask("new-session", "-d", "-s", "busy", "while :; do printf x; done");
  const tty = (await tmux.ask("display-message", "-p", "-t", "busy", "#{pane_tty}")).trim();
  for (let count = 0; count < 2_000; count++)
    expect(await writeToTty(tty, "\x1b]7711;test\x1b\\")).toBe(true);
}, 60_000);

test("a terminal that stands still is told after a second", async () => {
  await using tmux = new PrivateTmux();
  await tmux.ask("new-session", "-d", "-s", "still", "yes");
  const [tty = "", pid] = (await tmux.ask("display-message", "-p", "-t", "still", "#{pane_tty} #{pid}"))
    .trim()
    .split(" ");
  process.kill(Number(pid), "SIGSTOP");
  try {
    expect(await writeToTty(tty, "x".repeat(1_000_000))).toBe(false);
  } finally {
    process.kill(Number(pid), "SIGCONT");
  }
}, 60_000);
