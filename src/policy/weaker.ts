import type { Policy } from "../config/connection-config.ts";

const ranks = { full: 0, confirm: 1, "read-only": 2 } as const;

/** Whether `next` lets through, in any way, what `before` does not. */
export function isWeaker(next: Policy, before: Policy): boolean {
  if (ranks[next.mode] < ranks[before.mode]) return true;
  if (next.mode !== "full" && next.allow.some((rule) => !before.allow.includes(rule))) return true;
  if (before.deny.some((rule) => !next.deny.includes(rule))) return true;
  return before.approval === "terminal" && next.approval !== "terminal" && next.mode !== "read-only";
}
