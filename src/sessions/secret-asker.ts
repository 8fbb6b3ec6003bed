import { findAsker, type Asker } from "../policy/secret-use.ts";
import type { SessionContext } from "./look.ts";
import { notASecretPrompt } from "./secret-refusals.ts";

/** The program that may be given a secret by itself. Throws NOT_A_SECRET_PROMPT. */
export async function askerNow(session: SessionContext, signal: AbortSignal): Promise<Asker> {
  const found = findAsker((await session.oracle.holders(signal)) ?? untold);
  if ("reason" in found) throw notASecretPrompt(session, found.reason);
  return found.asker;
}

/** Whether the program has the terminal open, whatever it does. */
export async function isThere({ oracle }: SessionContext, { pid }: Asker): Promise<boolean> {
  const held = await oracle.holders(new AbortController().signal);
  return held?.holders.some((holder) => holder.pid === pid) === true;
}

const untold = { canonical: false, echo: true, eofIsCtrlD: false, holders: [] } as const;
