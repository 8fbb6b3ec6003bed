import type { Policy } from "../config/connection-config.ts";
import type { Approval } from "../policy/approval.ts";
import { recordAct } from "../policy/gatehouse.ts";
import type { SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";

/** The policy that holds for the session's connection now; a weaker one of the configuration waits for a human. */
export function policyOf({ gatehouse, record }: SessionContext): Policy {
  const configured = gatehouse.configured(record.connection_config);
  return configured === undefined
    ? gatehouse.policies.last(record.connection_config)
    : gatehouse.policies.see(record.connection_config, configured).inForce;
}

export type Ruling = { readonly policy: Policy; readonly asksForLess?: Approval };

/** As policyOf, and what a human has to say of the configuration's, where that lets more through than was accepted. */
export async function ruling(
  { gatehouse, record: { connection_config, user, host, port } }: SessionContext,
  call: Call,
): Promise<Ruling> {
  const { configured, policies, approvals, mask } = gatehouse;
  const policy = configured(connection_config);
  if (policy === undefined) return { policy: policies.last(connection_config) };
  const { inForce, wanted } = await policies.note(connection_config, policy);
  if (wanted === undefined) return { policy: inForce };
  const text = JSON.stringify(wanted);
  const { approval } = await approvals.ask({
    what: "policy",
    text,
    masked: (await mask())(text),
    rule: "config.yml lets more through than the policy that was accepted last",
    connection: connection_config,
    address: `${user}@${host} port ${port}`,
    client: call.client,
    binding: text,
  });
  if (approval.state !== "approved" || !(await approvals.take(approval.id)))
    return { policy: inForce, asksForLess: approval };
  await recordAct(gatehouse, { act: "policy", connection: connection_config, policy: text, by: approval.by });
  await policies.accept(connection_config, wanted);
  return { policy: wanted };
}
