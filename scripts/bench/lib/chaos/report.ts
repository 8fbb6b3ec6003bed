import type { Journal } from "./journal.ts";

/** What was done, in four short tables. */
export function printReport({ calls, errors, faults, checks, violations }: Journal): void {
  table(
    "calls",
    [...calls].map(([tool, { count, mostMs }]) => [
      tool,
      `${count}`.padStart(6) + ` at most ${(mostMs / 1_000).toFixed(1)} s`,
    ]),
  );
  table("answers that were errors, or none", counted(errors));
  table("faults", counted(faults));
  table("checks", counted(checks));
  console.log(`\n${violations.length} violations`);
}

function table(title: string, rows: readonly (readonly [string, string])[] | string[][]): void {
  console.log(`\n${title}`);
  for (const [name = "", value = ""] of rows.toSorted()) console.log(`  ${name.padEnd(26)} ${value}`);
}

function counted(counts: ReadonlyMap<string, number>): string[][] {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...[...counts].map(([name, count]) => [name, `${count}`.padStart(6)]), ["·", `${all}`.padStart(6)]];
}
