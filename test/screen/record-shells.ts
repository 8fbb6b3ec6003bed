// Records what real shells write while a person types, and what tmux shows then, for recordings.test.ts:
//   bun test/screen/record-shells.ts
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Snapshot } from "./recordings.test.ts";
import { trimmed, PlainTmux } from "./tmux-pane.ts";

const QUIET_MS = 400;
const shells = {
  bash: ["bash", "--norc", "-i"],
  zsh: ["zsh", "-f", "-i"],
  fish: ["fish", "--no-config", "-i"],
  dash: ["dash", "-i"],
};
const long = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");

const typed: [name: string, keys: string[]][] = [
  ["a wrapped command", ["-l", `echo ${long}`]],
  ["the cursor moved back over the wrap", ["Left", "Left", "Home", "Right", "Right"]],
  ["text put in at the start", ["-l", "xy"]],
  ["the line cleared", ["C-e", "C-u"]],
  ["output without a line feed", ["-l", "printf abc"]],
  ["its prompt", ["Enter"]],
  ["a page of output", ["-l", "seq 100"]],
  ["the prompt at the bottom", ["Enter"]],
  ["a wrapped command at the bottom", ["-l", `echo ${long} ${long}`]],
  ["wide characters", ["C-u", "-l", "echo 日本語 é"]],
];

for (const [shell, argv] of Object.entries(shells)) {
  for (const cols of [80, 200]) {
    await using tmux = new PlainTmux();
    const size = { cols, rows: 24 };
    await tmux.start(["/usr/bin/env", "PS1=host:~$ ", "LC_ALL=C.UTF-8", ...argv], size);
    await tmux.settled(0, 3 * QUIET_MS);
    const snapshots: Snapshot[] = [await snapshot(tmux, "the first prompt")];
    for (const [name, keys] of typed) {
      const before = tmux.log().length;
      await type(tmux, keys);
      await tmux.settled(before, QUIET_MS);
      snapshots.push(await snapshot(tmux, name));
    }
    const recording = { shell, ...size, snapshots, log: tmux.log().toString("base64") };
    const file = join(import.meta.dir, "..", "fixtures", "screen", `${shell}-${cols}.json`);
    writeFileSync(file, `${JSON.stringify(recording, null, 1)}\n`);
  }
}

/** Key names, then, after `-l`, text. */
async function type(tmux: PlainTmux, keys: readonly string[]): Promise<void> {
  const textAt = keys.indexOf("-l");
  const names = textAt === -1 ? keys : keys.slice(0, textAt);
  if (names.length > 0) await tmux.ask("send-keys", "-t", tmux.pane, ...names);
  if (textAt !== -1) await tmux.ask("send-keys", "-t", tmux.pane, "-l", "--", ...keys.slice(textAt + 1));
}

async function snapshot(tmux: PlainTmux, name: string): Promise<Snapshot> {
  const rows = (await tmux.rows()).map(trimmed);
  const cursor = await tmux.cursor();
  const joined = await tmux.joinedLines("-E", String(cursor.y));
  return { name, offset: tmux.log().length, rows, cursor, line: joined.at(-1) ?? "" };
}
