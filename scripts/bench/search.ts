import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LineSearch } from "../../src/sessions/line-search.ts";
import { compilePattern } from "../../src/sessions/pattern.ts";
import { LogStore } from "../../src/state/log-store.ts";
import { measure, report } from "./lib/median.ts";

// The search of search_output through a log beside `grep -c`: bun scripts/bench/search.ts [MEGABYTES] [ROUNDS]

const megabytes = Number(process.argv[2] ?? 1024);
const rounds = Number(process.argv[3] ?? 3);
const folder = mkdtempSync(join(tmpdir(), "bench-search-"));
const path = join(folder, "big.log");
try {
  writeLog(path, megabytes * 1_048_576);
  for (const { pattern, most } of [
    { pattern: String.raw`app\[1234567\]`, most: "at most 2" },
    { pattern: "status=500", most: "at most 2" },
    { pattern: "app.[0-9]+7.: req.*[ ]5[0-9]+ ms", most: "at most 2" },
    { pattern: "[0-9]+7[^a-z]+[ ]5[0-9]+[^0-9]", most: "at most 8" },
  ]) {
    const times = await measure(rounds, { grep: () => grep(pattern), search: () => search(pattern) });
    report(`grep -cE ${pattern}`, times.grep);
    report("  search", times.search, { ms: times.grep, most });
  }
  console.log(`memory at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
} finally {
  rmSync(folder, { recursive: true });
}

async function grep(pattern: string): Promise<void> {
  // With /dev/null as its output grep stops at the first match.
  await new Response(
    Bun.spawn(["grep", "-cE", pattern, path], { stdout: "pipe", env: { LC_ALL: "C" } }).stdout,
  ).text();
}

async function search(source: string): Promise<void> {
  const log = new LogStore(path);
  const { end } = log.extent();
  const pattern = compilePattern(source, { ignoreCase: false });
  const lines = new LineSearch(pattern, 0, { cols: 200 });
  const step = pattern.literal === undefined ? 131_072 : 1_048_576;
  while (lines.offset < end) {
    const { bytes } = log.read(lines.offset, Math.min(end, lines.offset + step));
    lines.take(bytes, { atEnd: lines.offset + bytes.length >= end, keep: 20, isLate: () => false });
    await new Promise(setImmediate);
  }
}

function writeLog(file: string, wantedBytes: number): void {
  const descriptor = openSync(file, "w", 0o600);
  try {
    for (let bytes = 0, number = 0; bytes < wantedBytes;) {
      let text = "";
      for (let count = 0; count < 10_000; count++) {
        number++;
        text += `2026-11-22T10:00:${number % 60} host app[${number}]: request ${number * 7919} served in ${number % 977} ms status=${number % 13 === 0 ? 500 : 200}\r\n`;
      }
      bytes += writeSync(descriptor, text);
    }
  } finally {
    closeSync(descriptor);
  }
}
