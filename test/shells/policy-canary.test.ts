import { expect, test } from "bun:test";

import { judgeCommand, type Policy } from "../../src/policy/command-policy.ts";
import { Canary, canaryShells, type CanaryShell } from "../support/canary.ts";
import { corpus } from "../support/policy-corpus.ts";

const readOnly: Policy = { mode: "read-only", allow: [], deny: [] };
const isHere = (program: string) => Bun.which(program) !== null;
const shells = canaryShells();
/** Not on every machine; a line that names one that is not here is left out. */
const optional = "busybox flock git gzip perl python3 script vim xxd"
  .split(" ")
  .filter((program) => !isHere(program));
const limit = { timeout: 120_000 };

test(
  "what read-only lets through touches nothing in the shell that it was judged for",
  async () => {
    const touched = await Promise.all(
      shells.map((shell) =>
        touchedBy(
          shell,
          corpus("reads").filter((line) => judgeCommand(line, shell, readOnly).kind === "allow"),
        ),
      ),
    );
    expect(touched.flat()).toEqual([]);
  },
  limit,
);

test(
  "each dangerous line harms in at least one shell, so the canary can be touched",
  async () => {
    const lines = corpus("dangerous").filter((line) => !optional.some((program) => line.includes(program)));
    const halves = [lines.filter((_, at) => at % 2 === 0), lines.filter((_, at) => at % 2 === 1)];
    const harmless = await Promise.all(halves.map(harmlessOf));
    expect(harmless.flat()).toEqual([]);
  },
  limit,
);

async function touchedBy(shell: CanaryShell, lines: readonly string[]): Promise<string[]> {
  await using canary = new Canary();
  const touched: string[] = [];
  for (const line of lines) if (await canary.isTouchedBy(line, shell)) touched.push(`${shell}: ${line}`);
  return touched;
}

async function harmlessOf(lines: readonly string[]): Promise<string[]> {
  await using canary = new Canary();
  const harmless: string[] = [];
  for (const line of lines) {
    let isHarmful = false;
    for (const shell of shells) isHarmful ||= await canary.isTouchedBy(line, shell);
    if (!isHarmful) harmless.push(line);
  }
  return harmless;
}
