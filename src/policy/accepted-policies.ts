import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as z from "zod";

import type { Policy } from "../config/connection-config.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import { isWeaker } from "./weaker.ts";

const policySchema = z.object({
  mode: z.enum(["full", "confirm", "read-only"]),
  allow: z.array(z.string()).readonly(),
  deny: z.array(z.string()).readonly(),
  approval: z.enum(["client", "terminal"]).exactOptional(),
});

const fileSchema = z.record(z.string(), policySchema);

/** `wanted` is set where the configuration asks for less than was accepted: `inForce` holds until a human agrees. */
export type PolicyNow = { readonly inForce: Policy; readonly wanted?: Policy };

/** The policy of each connection that a human has accepted last; a stricter one needs nobody. */
export class AcceptedPolicies {
  readonly #path: string;

  constructor(approvalsFolder: string) {
    this.#path = join(approvalsFolder, "policies");
  }

  now(connection: string, configured: Policy): PolicyNow {
    const accepted = this.#read()[connection];
    if (accepted !== undefined && isWeaker(configured, accepted))
      return { inForce: accepted, wanted: configured };
    if (isNoted(accepted, configured)) return { inForce: configured };
    this.accept(connection, configured);
    return { inForce: configured };
  }

  /** Of a connection that the configuration no longer has. */
  last(connection: string): Policy {
    return this.#read()[connection] ?? noPolicy;
  }

  /** To be called for a stricter policy, or after a human's yes. */
  accept(connection: string, policy: Policy): void {
    const all = { ...this.#read(), [connection]: policy };
    writeFileAtomically(this.#path, `${JSON.stringify(all, undefined, 2)}\n`);
  }

  #read(): Readonly<Record<string, Policy>> {
    try {
      return fileSchema.safeParse(JSON.parse(readFileSync(this.#path, "utf8"))).data ?? {};
    } catch {
      return {};
    }
  }
}

const noPolicy: Policy = { mode: "full", allow: [], deny: [] };

/** One that restricts nothing is the same as none, and is not written down. */
function isNoted(accepted: Policy | undefined, { mode, allow, deny, approval }: Policy): boolean {
  if (accepted === undefined) return mode === "full" && deny.length === 0;
  return (
    JSON.stringify([mode, allow, deny, approval]) ===
    JSON.stringify([accepted.mode, accepted.allow, accepted.deny, accepted.approval])
  );
}
