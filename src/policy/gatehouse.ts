import type { Policy } from "../config/connection-config.ts";
import type { AcceptedPolicies } from "./accepted-policies.ts";
import type { Approvals } from "./approvals.ts";
import type { AuditFacts, AuditTrail } from "./audit-trail.ts";
import type { TextMask } from "./mask.ts";
import type { Pause } from "./pause.ts";

/** What stands between agents and the hosts, the same for all sessions of a tree. */
export type Gatehouse = {
  readonly pause: Pause;
  readonly approvals: Approvals;
  readonly policies: AcceptedPolicies;
  readonly audit: AuditTrail;
  /** Of the secrets that are known now. */
  readonly mask: () => Promise<TextMask>;
  /** The policy that the configuration has for a connection, undefined where it cannot be read or has none of this name. */
  readonly configured: (connection: string) => Policy | undefined;
};

/** Throws STORAGE_FAILED when it cannot be written; what it is about must then not happen. */
export async function recordAct({ audit, mask }: Gatehouse, facts: AuditFacts): Promise<void> {
  const hide = await mask();
  const hidden = Object.entries(facts).map(([name, value]) => [name, hideWithin(value, hide)]);
  await audit.append({ ...Object.fromEntries(hidden), act: facts.act });
}

function hideWithin(value: unknown, hide: TextMask): unknown {
  if (typeof value === "string") return hide(value);
  return Array.isArray(value) ? value.map((each) => hideWithin(each, hide)) : value;
}
