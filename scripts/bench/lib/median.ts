import { appendFileSync } from "node:fs";

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Medians of `rounds` measurements of each of these, taken in turn so that the machine's mood meets all alike. */
export async function measure<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<void>>>,
): Promise<Record<Name, number>> {
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries<() => Promise<void>>(works)) {
      const startedAtMs = performance.now();
      await work();
      times.set(name, [...(times.get(name) ?? []), performance.now() - startedAtMs]);
    }
  }
  const medians: Record<string, number> = {};
  for (const [name, values] of times) medians[name] = median(values);
  return medians;
}

export function report(
  name: string,
  ms: number,
  beside?: { readonly ms: number; readonly most: string },
): void {
  const ratio = beside === undefined ? "" : `  ${(ms / beside.ms).toFixed(2)} x (${beside.most})`;
  console.log(`${name.padEnd(44)} ${ms.toFixed(1).padStart(7)} ms${ratio}`);
  record({
    what: name.trim(),
    measured: `${ms.toFixed(1)} ms`,
    ...(beside === undefined ? {} : { ratio: ms / beside.ms, most: beside.most }),
  });
}

/** One line of the table of scripts/bench/all; `most` is the limit of the ratio, in words. */
export type BenchRow = {
  readonly what: string;
  readonly measured: string;
  readonly ratio?: number;
  readonly most?: string;
};

/** Hands a line to scripts/bench/all, where that runs this; one JSON value a line. */
export function record(row: BenchRow): void {
  const file = process.env["BENCH_ROWS"];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** The value that a share of the values, from 0 to 1, does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
