import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { runProgram } from "../../test/support/run-program.ts";
import { readTotals, type Totals } from "./totals.ts";

const testTimeoutMs = 20_000;
const checkout = resolve(import.meta.dir, "../..");
const tool = (name: string) => [process.execPath, join(checkout, "node_modules/.bin", name)];

/** The check and its last line, `N passed, N failed`. Each step that is no test run counts as one. */
async function main(paths: readonly string[]): Promise<number> {
  const workFolder = mkdtempSync(join(tmpdir(), "mcp-ssh-check-"));
  try {
    const totals: Totals[] = [];
    const statics = paths.length === 0 ? staticChecks() : [];
    const built = await step("build", [process.execPath, join(checkout, "scripts/lib/build.ts")]);
    totals.push(
      built,
      ...(built.failed > 0 ? [] : await tests(paths, workFolder)),
      ...(await Promise.all(statics)),
    );
    const passed = totals.reduce((sum, { passed: count }) => sum + count, 0);
    const failed = totals.reduce((sum, { failed: count }) => sum + count, 0);
    console.log(`${passed} passed, ${failed} failed`);
    return failed > 0 || passed === 0 ? 1 : 0;
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

function staticChecks(): Promise<Totals>[] {
  return [
    step("format", [...tool("oxfmt"), "--check", "."], "node_modules/.bin/oxfmt . mends it"),
    step("types", [...tool("tsc"), "-p", "."]),
    step("lint", [...tool("oxlint"), "--deny-warnings", "."]),
  ];
}

/** Runs one program to its end; prints its name, its time and, where it failed, what it said. */
async function step(name: string, command: readonly string[], hint?: string): Promise<Totals> {
  const started = performance.now();
  const env = { ...process.env, NO_COLOR: "1" };
  const { stdout, stderr, exitCode } = await runProgram(command, { cwd: checkout, env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${exitCode === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (exitCode !== 0) console.log(`${stdout}${stderr}${hint === undefined ? "" : `${hint}\n`}`);
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function tests(paths: readonly string[], workFolder: string): Promise<Totals[]> {
  const report = join(workFolder, "junit.xml");
  const withheld = withheldFiles();
  const child = Bun.spawn(
    [
      process.execPath,
      "test",
      "--parallel=2",
      "--only-failures",
      `--timeout=${testTimeoutMs}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...[...withheld.keys()].map((path) => `--path-ignore-patterns=${path}`),
      ...paths,
    ],
    {
      cwd: checkout,
      env: testEnvironment(workFolder),
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
    },
  );
  const exitCode = await child.exited;
  for (const [path, needs] of withheld) console.log(`not run, needs ${needs}: ${path}`);
  return [readTotals(report, exitCode)];
}

/** Files of tests that cannot run here → what they need. */
function withheldFiles(): ReadonlyMap<string, string> {
  const needs: [glob: string, what: string, isThere: boolean][] = [
    ["test/**/*.root.test.ts", "root", process.getuid?.() === 0],
    ["test/conformance/*.test.ts", "MCP clients from npm", existsSync(join(checkout, ".tools/mcp-clients"))],
    [
      "test/release/musl.root.test.ts",
      "root, musl and libstdc++",
      existsSync(join(checkout, ".tools/musl-root")),
    ],
  ];
  return new Map(
    needs
      .filter(([, , isThere]) => !isThere)
      .flatMap(([glob, what]) =>
        [...new Bun.Glob(glob).scanSync({ cwd: checkout })].sort().map((path) => [path, what]),
      ),
  );
}

/** The developer's own home, agent and tmux are out of reach of every test. */
function testEnvironment(home: string): Record<string, string | undefined> {
  const left = Object.entries(process.env).filter(
    ([name]) => !/^(TMUX|MCP_SSH_INTERACTIVE_|SSH_|XDG_|BUN_|npm_)/.test(name) && name !== "DISPLAY",
  );
  return { ...Object.fromEntries(left), HOME: home };
}

process.exitCode = await main(Bun.argv.slice(2));
