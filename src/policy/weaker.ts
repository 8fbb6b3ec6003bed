import type { Policy } from "../config/connection-config.ts";

const ranks = { full: 0, confirm: 1, "read-only": 2 } as const;

/** Whether `next` lets through, in any way, what `before` does not. */
export function isWeaker(next: Policy, before: Policy): boolean {
  if (ranks[next.mode] < ranks[before.mode]) return true;
  if (before.mode !== "full" && next.allow.some((rule) => !before.allow.includes(rule))) return true;
  if (before.deny.some((rule) => !next.deny.includes(rule))) return true;
  return before.approval === "terminal" && next.approval !== "terminal" && next.mode !== "read-only";
}

/** What both let through: of a change that is stricter in one thing and weaker in another, the stricter part. */
export function stricterOf(next: Policy, before: Policy): Policy {
  const [strict, other] = ranks[next.mode] < ranks[before.mode] ? [before, next] : [next, before];
  const approvals = [next.approval, before.approval];
  const approval = approvals.includes("terminal") ? "terminal" : (next.approval ?? before.approval);
  return {
    mode: strict.mode,
    allow: strict.allow.filter((rule) => other.mode === "full" || other.allow.includes(rule)),
    deny: [...new Set([...before.deny, ...next.deny])],
    ...(approval === undefined ? {} : { approval }),
  };
}
