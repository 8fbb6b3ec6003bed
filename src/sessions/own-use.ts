import { findAsker, isFor, secretFor, type Asker, type AskerFinding } from "../policy/secret-use.ts";
import { secretSentTo } from "./hidden-prompt.ts";
import type { SessionContext } from "./look.ts";
import { notASecretPrompt, secretRejected } from "./secret-refusals.ts";
import type { SecretUse } from "./type-secret.ts";

/**
 * The use that the secret `wanted`, or one of the configuration, is bound to by itself: the login shell's sudo or su
 * asks. Else `reason` says, in our words, why it is none. Throws SECRET_REJECTED.
 */
export async function findOwnUse(
  session: SessionContext,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<SecretUse | { readonly reason: string }> {
  const found = await askerNow(session, signal);
  if ("reason" in found) return found;
  const { asker } = found;
  const name = wanted ?? secretFor(asker.program, session.secrets.named());
  if (name === undefined || !isOwn(session, name, asker))
    return { reason: `${asker.program} asks, and the secret is not bound to that` };
  if (secretSentTo(session, asker.pid) !== undefined) throw secretRejected(session, name);
  return ownUse(session, name, signal);
}

function ownUse(session: SessionContext, name: string, signal: AbortSignal): SecretUse {
  return {
    name,
    isUntold: false,
    requireYes: () => Promise.resolve(),
    requireAsker: async () => {
      const found = await askerNow(session, signal);
      if ("reason" in found) throw notASecretPrompt(session, found.reason);
      const { asker } = found;
      if (!isOwn(session, name, asker))
        throw notASecretPrompt(session, `secrets.${name} is not for ${asker.program}, which asks`);
      if (secretSentTo(session, asker.pid) !== undefined) throw secretRejected(session, name);
      return asker;
    },
    stillAsks: async ({ pid }) => {
      const found = await askerNow(session, neverAborted);
      return "asker" in found && found.asker.pid === pid;
    },
    isThere: async ({ pid }) => {
      const held = await session.oracle.holders(neverAborted);
      return held?.holders.some((holder) => holder.pid === pid) === true;
    },
  };
}

async function askerNow({ oracle }: SessionContext, signal: AbortSignal): Promise<AskerFinding> {
  return findAsker((await oracle.holders(signal)) ?? untold);
}

function isOwn({ secrets }: SessionContext, name: string, { program }: Asker): boolean {
  return isFor(name, secrets.named().get(name) ?? {}, program);
}

const untold = { canonical: false, echo: true, eofIsCtrlD: false, holders: [] } as const;

/** Once typed, it is handed over or taken back. */
const neverAborted = new AbortController().signal;
