import { readFileSync } from "node:fs";

/**
 * When something happened, comparable over processes: `at` by the clock on the wall, which may be set; `up`, where the
 * system tells it, by the one that runs from its start on, sleep included: START:MILLISECONDS.
 */
export type Moment = { readonly at: string; readonly up?: string | undefined };

export function momentNow(): Moment {
  const up = readUp();
  return { at: new Date().toISOString(), ...(up === undefined ? {} : { up }) };
}

/** Whether the clock that nobody sets tells the time between them. */
export function haveSameStart(one: Moment, other: Moment): boolean {
  const start = parseUp(one.up)?.start;
  return start !== undefined && start === parseUp(other.up)?.start;
}

/** Milliseconds, never below 0: by the clock that nobody sets where both moments have it of the same start, else by the other. */
export function msBetween(earlier: Moment, later: Moment): number {
  const upMs = ({ up }: Moment) => parseUp(up)?.ms ?? 0;
  const wallMs = ({ at }: Moment) => Date.parse(at);
  const clockMs = haveSameStart(earlier, later) ? upMs : wallMs;
  return Math.max(0, clockMs(later) - clockMs(earlier));
}

/** proc(5); macOS has no such file, and its time of start moves with the clock. */
function readUp(): string | undefined {
  try {
    const [seconds = ""] = readFileSync("/proc/uptime", "utf8").split(" ");
    const start = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    const up = `${start}:${Math.round(Number(seconds) * 1_000)}`;
    return parseUp(up) === undefined ? undefined : up;
  } catch {
    return undefined;
  }
}

function parseUp(up: string | undefined): { readonly start: string; readonly ms: number } | undefined {
  const [, start, ms] = /^([0-9a-f]{8}):(\d{1,15})$/.exec(up ?? "") ?? [];
  return start === undefined ? undefined : { start, ms: Number(ms) };
}
