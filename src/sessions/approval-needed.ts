import type { Approval } from "../policy/approval.ts";

/** Thrown under the input lock for what a human must agree to first; never seen outside of withApproval. */
export class ApprovalNeeded extends Error {
  readonly approval: Approval;
  /** Whether it was asked for by an earlier call already. */
  readonly isNew: boolean;

  constructor(approval: Approval, isNew: boolean) {
    super(`approval ${approval.id} is needed`);
    this.name = "ApprovalNeeded";
    this.approval = approval;
    this.isNew = isNew;
  }
}
