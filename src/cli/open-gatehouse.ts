import { UserError } from "../base/user-error.ts";
import type { Policy } from "../config/connection-config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { HomeTree } from "../platform/home-tree.ts";
import { AcceptedPolicies } from "../policy/accepted-policies.ts";
import { Approvals } from "../policy/approvals.ts";
import { AuditTrail } from "../policy/audit-trail.ts";
import type { Gatehouse } from "../policy/gatehouse.ts";
import type { TextMask } from "../policy/mask.ts";
import { Pause } from "../policy/pause.ts";
import { SystemLog } from "../policy/system-log.ts";

type Sources = { readonly config: () => LoadedConfig; readonly mask: () => Promise<TextMask> };

/** Nothing of it is read or written before it is needed. */
export function openGatehouse(tree: HomeTree, { config, mask }: Sources): Gatehouse {
  const systemLog = new SystemLog(tree.root);
  return {
    pause: new Pause(tree.pausedFile),
    approvals: new Approvals(tree.approvals, tree.locks),
    policies: new AcceptedPolicies(tree.approvals, tree.locks),
    audit: new AuditTrail(tree.auditFile, tree.locks, (head) => systemLog.tell(head)),
    mask,
    configured: (connection) => policyOf(config, connection),
  };
}

/** Of a file that cannot be read nothing is known; then what was accepted last holds. */
function policyOf(config: () => LoadedConfig, connection: string): Policy | undefined {
  try {
    const entry = config().connections.get(connection);
    return entry !== undefined && "config" in entry ? entry.config.policy : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
