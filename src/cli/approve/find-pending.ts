import { UserError } from "../../base/user-error.ts";
import type { Approval } from "../../policy/approval.ts";
import type { Approvals } from "../../policy/approvals.ts";

/** The one of this id, or without an id all that wait, the oldest first. Throws INVALID_ARGUMENT for one that does not wait. */
export function findPending(approvals: Approvals, id: string | undefined): readonly Approval[] {
  const pending = approvals.pending().toReversed();
  if (id === undefined) return pending;
  const found = pending.find((each) => each.id === id);
  if (found !== undefined) return [found];
  const ids = pending.map((each) => each.id).join(", ");
  throw new UserError(
    "INVALID_ARGUMENT",
    `nothing of the id ${JSON.stringify(id.slice(0, 40))} waits for an answer: it may have been decided, or have expired`,
    ids === "" ? "Nothing waits at all." : `There wait: ${ids}`,
  );
}
