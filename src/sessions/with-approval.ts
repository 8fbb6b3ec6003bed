import type { Approval } from "../policy/approval.ts";
import { decide } from "../policy/decide.ts";
import { ApprovalNeeded } from "./approval-needed.ts";
import type { SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";
import { policyOf } from "./policy-in-force.ts";
import { approvalPending, approvalUnavailable } from "./policy-refusals.ts";

/** Nobody reads a question and answers it in less. */
const leastAnswerMs = 700;
/** How long a call that comes again waits for the answer where it names no wait. */
const leastWaitMs = 10_000;

/**
 * Runs `work`, which types under the input lock, until all that it needs a human's yes for has it. The lock is free
 * while a human thinks. Throws APPROVAL_PENDING at once where only a terminal can answer; when the same call comes again,
 * after it has waited.
 */
export async function withApproval<T>(
  session: SessionContext,
  { waitSeconds, call }: { readonly waitSeconds: number; readonly call: Call },
  work: () => Promise<T>,
): Promise<T> {
  const deadlineMs = performance.now() + Math.max(leastWaitMs, waitSeconds * 1_000);
  for (const asked = new Set<string>(); ;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApprovalNeeded)) throw error;
      const { approval, isNew } = error;
      if (!asked.has(approval.id) && (await askByForm(session, approval, call))) continue;
      if (isNew || asked.has(approval.id) || approval.state === "used") throw approvalPending(approval);
      asked.add(approval.id);
      await session.gatehouse.approvals.wait(approval.id, deadlineMs, call.signal);
      call.signal.throwIfAborted();
    }
  }
}

/** True when the client's user has decided. One who dismisses the form may still answer at a terminal. */
async function askByForm(session: SessionContext, approval: Approval, call: Call): Promise<boolean> {
  const { approval: way } = policyOf(session);
  if (way === "terminal" || approval.state !== "pending") return false;
  if (call.ask === undefined) {
    if (way === "client") throw approvalUnavailable(approval);
    return false;
  }
  const startedAtMs = performance.now();
  const answer = await call.ask(approval);
  const tookMs = performance.now() - startedAtMs;
  if (answer === "cancel" || (answer === "accept" && tookMs < leastAnswerMs)) return false;
  const state = answer === "accept" ? "approved" : "declined";
  const verb = answer === "accept" ? "accepted" : "declined";
  return decide(session.gatehouse, approval, { state, by: `${verb} by client ${call.client}` });
}
