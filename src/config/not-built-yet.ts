import type { ConnectionInput } from "./schema.ts";

type Promise = { readonly key: string; readonly asked: (input: ConnectionInput) => boolean };

/** Keys that change safety and that this version cannot keep: a connection that asks for one does not open. Shrinks with each feature. */
const notBuiltYet: readonly Promise[] = [
  {
    key: "policy",
    asked: ({ policy }) =>
      policy !== undefined &&
      ((policy.mode ?? "full") !== "full" || policy.approval !== undefined || hasRules(policy)),
  },
];

export function keysNotBuiltYet(input: ConnectionInput): string[] {
  return notBuiltYet.filter(({ asked }) => asked(input)).map(({ key }) => key);
}

export function renderNotBuiltYet(key: string): string {
  return `\`${key}\` is set, and this version does not enforce it yet: remove it, or use a version that does`;
}

function hasRules(policy: NonNullable<ConnectionInput["policy"]>): boolean {
  return (policy.allow?.length ?? 0) > 0 || (policy.deny?.length ?? 0) > 0;
}
