import { UserError } from "../base/user-error.ts";
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
  /** Of the secrets that are known now. Throws where the configuration that names them was never read. */
  readonly mask: () => Promise<TextMask>;
  /** The policy that the configuration has for a connection, undefined where it cannot be read or has none of this name. */
  readonly configured: (connection: string) => Policy | undefined;
};

/** Throws STORAGE_FAILED when it cannot be written; what it is about must then not happen. */
export async function recordAct(gatehouse: Gatehouse, { act, ...facts }: AuditFacts): Promise<void> {
  const hide = await knownMask(gatehouse);
  const hidden = Object.entries(facts).map(([name, value]) => {
    if (hide === undefined && ownNames.has(name)) return [name, value];
    return [name, hideWithin(value, hide ?? leaveOut)];
  });
  await gatehouse.audit.append({ act, ...Object.fromEntries(hidden) });
}

/** What stands in these is ours, or a name that results show. */
const ownNames: ReadonlySet<string> = new Set(["session", "connection", "approval", "id", "by"]);

const leaveOut: TextMask = () => "(left out: config.yml cannot be read, so what is secret is not known)";

/** Undefined where what is secret is not known. */
export async function knownMask({ mask }: Gatehouse): Promise<TextMask | undefined> {
  try {
    return await mask();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function hideWithin(value: unknown, hide: TextMask): unknown {
  if (typeof value === "string") return hide(value);
  return Array.isArray(value) ? value.map((each) => hideWithin(each, hide)) : value;
}
