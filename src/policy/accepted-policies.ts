import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as z from "zod";

import { UserError } from "../base/user-error.ts";
import type { Policy } from "../config/connection-config.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import { acquireFileLock, lockedFileFailure } from "../platform/file-lock.ts";
import { isWeaker, stricterOf } from "./weaker.ts";

const policySchema = z.object({
  mode: z.enum(["full", "confirm", "read-only"]),
  allow: z.array(z.string()).readonly(),
  deny: z.array(z.string()).readonly(),
  approval: z.enum(["client", "terminal"]).exactOptional(),
});

const fileSchema = z.record(z.string(), policySchema);
const lockTimeoutMs = 5_000;

type Policies = ReadonlyMap<string, Policy>;

/** `wanted` is set where the configuration asks for less than was accepted: `inForce` holds until a human agrees. */
export type PolicyNow = { readonly inForce: Policy; readonly wanted?: Policy };

/** The policy of each connection that a human has accepted last; a stricter one needs nobody. */
export class AcceptedPolicies {
  readonly #path: string;
  readonly #lockPath: string;

  constructor(approvalsFolder: string, locks: string) {
    this.#path = join(approvalsFolder, "policies");
    this.#lockPath = join(locks, "accepted-policies");
  }

  /** Throws STORAGE_FAILED, as all here do, where what was accepted cannot be told: then nothing is let through. */
  see(connection: string, configured: Policy): PolicyNow {
    return compare(this.#read().get(connection), configured);
  }

  /** As `see`; a stricter one is noted, so that it holds from now on. */
  async note(connection: string, configured: Policy): Promise<PolicyNow> {
    const accepted = this.#read().get(connection);
    const seen = compare(accepted, configured);
    if (seen.wanted !== undefined || isNoted(accepted, configured)) return seen;
    return this.#change((all) => {
      const now = compare(all.get(connection), configured);
      return { now, all: now.wanted === undefined ? new Map([...all, [connection, configured]]) : all };
    });
  }

  /** Of a connection that the configuration no longer has. */
  last(connection: string): Policy {
    return this.#read().get(connection) ?? noPolicy;
  }

  /** To be called after a human's yes. */
  async accept(connection: string, policy: Policy): Promise<void> {
    await this.#change((all) => ({ now: undefined, all: new Map([...all, [connection, policy]]) }));
  }

  async #change<T>(work: (all: Policies) => { readonly now: T; readonly all: Policies }): Promise<T> {
    try {
      await using _ = await acquireFileLock(this.#lockPath, lockTimeoutMs);
      const { now, all } = work(this.#read());
      writeFileAtomically(this.#path, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
      return now;
    } catch (error) {
      throw lockedFileFailure(error, this.#path);
    }
  }

  /** A file that is there and says nothing must not count as none: each policy would begin anew. */
  #read(): Policies {
    try {
      return new Map(Object.entries(fileSchema.parse(JSON.parse(readFileSync(this.#path, "utf8")))));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map();
      throw new UserError(
        "STORAGE_FAILED",
        `${this.#path}, which holds the policies that were accepted, cannot be read; nothing was typed`,
        "Tell the user to mend the file. Where it is beyond mending, remove it: then config.yml holds as it stands.",
        { cause: error },
      );
    }
  }
}

function compare(accepted: Policy | undefined, configured: Policy): PolicyNow {
  return accepted !== undefined && isWeaker(configured, accepted)
    ? { inForce: stricterOf(configured, accepted), wanted: configured }
    : { inForce: configured };
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
