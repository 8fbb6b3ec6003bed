import { expect, test } from "bun:test";

import { LineRenderer } from "../../src/screen/line-renderer.ts";
import { controlSoup, textSoup } from "./byte-soup.ts";
import { PlainTmux, trimmed } from "./tmux-pane.ts";

const size = { cols: 80, rows: 24 };
const seeds = Number(process.env["SOUP_SEEDS"] ?? 40);
const firstSeed = Number(process.env["SOUP_FIRST_SEED"] ?? 1);

test("random control sequences leave the rows and the cursor where tmux has them", async () => {
  await using tmux = new PlainTmux();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const bytes = Buffer.from(controlSoup(seed));
    await tmux.show(bytes, size);
    const seen = { seed, rows: await tmux.rows(), cursor: await tmux.cursor() };
    const { rows, cursor } = rendered(bytes).readPage();
    expect({ seed, rows: rows.map(trimmed), cursor }).toEqual(seen);
  }
}, 120_000);

test("random text of all widths gives the lines that tmux joins from wrapped rows", async () => {
  await using tmux = new PlainTmux();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const bytes = Buffer.from(textSoup(seed));
    await tmux.show(bytes, size);
    const seen = { seed, lines: withoutEmptyEnd((await tmux.joinedLines()).map(trimmed)) };
    const lines = rendered(bytes).read().lines.map(trimmed);
    expect({ seed, lines: withoutEmptyEnd(lines) }).toEqual(seen);
  }
}, 120_000);

function withoutEmptyEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
}

function rendered(bytes: Uint8Array): LineRenderer {
  const renderer = new LineRenderer({ ...size, maxLines: 2000 });
  renderer.write(bytes);
  return renderer;
}
