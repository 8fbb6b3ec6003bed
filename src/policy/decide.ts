import { UserError } from "../base/user-error.ts";
import type { Approval, Decision } from "./approval.ts";
import { knownMask, recordAct, type Gatehouse } from "./gatehouse.ts";

/**
 * Decides and records; false when it was decided before, or is over. A yes holds only once it is recorded; a no holds
 * at once, and STORAGE_FAILED then tells that its record is missing.
 */
export async function decide(gatehouse: Gatehouse, { id }: Approval, decision: Decision): Promise<boolean> {
  const record = (decided: Approval) => recordDecision(gatehouse, decided, decision);
  if (decision.state === "approved")
    return (await gatehouse.approvals.decide(id, decision, record)) !== undefined;
  const declined = await gatehouse.approvals.decide(id, decision);
  if (declined === undefined) return false;
  await record(declined).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    const message = `${id} is declined, but the record of that is missing: ${error.message}`;
    throw new UserError(error.code, message, error.hint, { cause: error });
  });
  return true;
}

/** Where the server that asked hid more than this process can, the human's own words may hold it too. */
async function recordDecision(
  gatehouse: Gatehouse,
  { id, session, connection, text, masked = text }: Approval,
  { state, by, words, edited }: Decision,
): Promise<void> {
  const mask = await knownMask(gatehouse);
  const knowsAll = mask !== undefined && mask(text) === mask(masked);
  const own = (said: string | undefined) => (said === undefined || knowsAll ? said : leftOut);
  await recordAct(gatehouse, {
    act: state,
    approval: id,
    session,
    connection,
    text: masked,
    by,
    words: own(words),
    edited: own(edited),
  });
}

const leftOut = "(left out: what was asked for holds a secret that only the server which asked knows)";
