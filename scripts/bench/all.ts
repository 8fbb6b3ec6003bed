import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

import { version } from "../../package.json" with { type: "json" };
import type { BenchRow } from "./lib/median.ts";
import { renderRows, type Row } from "./lib/rows.ts";

// Runs the benches one after the other and prints one table in Markdown: what was measured, its ratio to what it is held
// against in the same run, and the limit of that. `--peer 'COMMAND…'` drives another server through the same work as well.

type Part = {
  readonly title: string;
  readonly script: string;
  readonly args: string;
  readonly quick: string;
};

const parts: readonly Part[] = [
  { title: "start, beside an empty Bun binary", script: "startup.ts", args: "30", quick: "10" },
  {
    title: "opening, calls and waits, beside plain and multiplexed ssh",
    script: "latency.ts",
    args: "15 1000",
    quick: "5 200",
  },
  {
    title: "a flood of lines, beside tmux with cat",
    script: "carriage.ts",
    args: "50 seq\\ 1\\ 5000000",
    quick: "5 seq\\ 1\\ 500000",
  },
  {
    title: "a log of 1 GB, beside a small one and grep",
    script: "big-log.ts",
    args: "1024 3",
    quick: "128 2",
  },
  {
    title: "100 sessions, beside one",
    script: "scale.ts",
    args: "--sizes=1,100 --idle=30",
    quick: "--sizes=1,10 --rounds=5 --idle=5",
  },
  { title: "what an agent pays for a task", script: "tokens.ts", args: "", quick: "" },
];

const isQuick = process.argv.includes("--quick");
const at = process.argv.indexOf("--peer");
const peer = at < 0 ? undefined : process.argv[at + 1];
const folder = mkdtempSync(join(tmpdir(), "bench-all-"));
try {
  const found = parts.map((part): [string, readonly BenchRow[]] => [part.title, run(part)]);
  console.log(`${machine()}\n`);
  console.log(renderRows(["what", "measured", "ratio", "limit"], found.flatMap(section)));
  if (peer !== undefined) {
    const shown = bench("peer.ts", ["--peer", peer], {});
    console.log(
      `\nThe same work through both, by an agent that waits where it can and looks once a second where not:\n\n${shown.stdout.toString()}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** What a bench handed over; one that fails leaves what it had, and says so. */
function run({ title, script, args, quick }: Part): readonly BenchRow[] {
  const file = join(folder, `${script}.rows`);
  writeFileSync(file, "");
  console.error(`${title} …`);
  const words = (isQuick ? quick : args).match(/(?:\\.|\S)+/g) ?? [];
  const ended = bench(
    script,
    words.map((word) => word.replaceAll("\\", "")),
    { BENCH_ROWS: file },
  );
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const rows = lines.map((line): BenchRow => JSON.parse(line));
  return ended.success ? rows : [...rows, { what: `${script} exited ${ended.exitCode}`, measured: "" }];
}

function bench(script: string, args: readonly string[], more: Readonly<Record<string, string>>) {
  return Bun.spawnSync([process.execPath, join(import.meta.dir, script), ...args], {
    env: { ...process.env, ...more },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
}

function section([title, rows]: readonly [string, readonly BenchRow[]]): Row[] {
  return [
    [`**${title}**`, "", "", ""],
    ...rows.map(({ what, measured, ratio, most = "" }) => [
      what,
      measured,
      ratio === undefined ? "" : `${ratio.toFixed(2)} ×`,
      most,
    ]),
  ];
}

function machine(): string {
  const [first] = cpus();
  const said = (...argv: string[]) => {
    const { stdout, stderr } = Bun.spawnSync(argv);
    return `${stdout.toString()}${stderr.toString()}`.trim().split(/[\n,]/)[0] ?? "";
  };
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  const hardware = `${cpus().length} × ${first?.model.trim()}, ${memoryGb} GB, ${process.platform} ${release()}`;
  const versions = [
    said("tmux", "-V"),
    said("ssh", "-V"),
    `Bun ${Bun.version}`,
    `mcp-ssh-interactive ${version}`,
  ];
  return `${hardware}; ${versions.join(", ")}.`;
}
