import { UsageError } from "../usage-error.ts";

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const date = /^\d{4}-\d\d-\d\d$/;
const dateAndTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?$/;

/** Milliseconds since 1970 of `10m`, `2026-11-22`, `2026-11-22T09:30` (this machine's time without a zone). Throws UsageError. */
export function parseSince(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (unitMs[unit] ?? 0);
  if (date.test(text)) return known(text, Date.parse(`${text}T00:00`));
  return known(text, dateAndTime.test(text) ? Date.parse(text.replace(" ", "T")) : NaN);
}

function known(text: string, timeMs: number): number {
  if (!Number.isNaN(timeMs)) return timeMs;
  throw new UsageError(
    `--since ${JSON.stringify(text)} is no time; use 30s, 10m, 2h, 3d or 2026-11-22T09:30`,
  );
}
