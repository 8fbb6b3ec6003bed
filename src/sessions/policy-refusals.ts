import { UserError } from "../base/user-error.ts";
import type { Approval } from "../policy/approval.ts";
import type { Verdict } from "../policy/command-policy.ts";
import { humanAnswers } from "./human-answers.ts";
import type { SessionContext } from "./look.ts";

/** `asksForLess`: the configuration would let more through, once a human agrees. */
export function policyDenied(
  { record }: SessionContext,
  { class: kind, rule }: Verdict,
  asksForLess: Approval | undefined,
): UserError {
  const command = `mcp-ssh-interactive approve ${asksForLess?.id}`;
  return new UserError(
    "POLICY_DENIED",
    `the policy of connection ${record.connection_config} refuses this: ${rule}; nothing was typed`,
    asksForLess === undefined
      ? "Do it in another way that only reads, or tell the user what you would run: policy.allow in config.yml lets more through."
      : `The policy in config.yml was weakened since it was accepted: tell the user that ${command} accepts it.`,
    { details: { class: kind, rule, ...(asksForLess === undefined ? {} : { command_for_user: command }) } },
  );
}

export function approvalDeclined({ words }: Pick<Approval, "words">): UserError {
  return new UserError(
    "APPROVAL_DECLINED",
    "a human has said no to this; nothing was typed",
    words === undefined
      ? "Do not try it again in another form; ask the user what to do instead."
      : "The human's words are in details.words: go by them.",
    { details: { words } },
  );
}

export function approvalPending({ id, expiresAtMs, ...asked }: Approval): UserError {
  const command = `mcp-ssh-interactive approve ${id}`;
  return new UserError(
    "APPROVAL_PENDING",
    "this waits for a human's yes; nothing was typed",
    `Tell the user to run in a terminal: ${command}. Then make just the same call again: it waits for the answer and goes on with it.${orAnswers(asked)}`,
    {
      details: {
        approval_id: id,
        expires_at: new Date(expiresAtMs).toISOString(),
        command_for_user: command,
      },
    },
  );
}

export function approvalUnavailable({ connection, ...asked }: Omit<Approval, "id">): UserError {
  return new UserError(
    "APPROVAL_UNAVAILABLE",
    `connection ${connection} has approval: client, and this client cannot ask its user; nothing was typed`,
    `Tell the user: with approval: terminal in config.yml, or without that key, \`mcp-ssh-interactive approve\` can answer.${orAnswers(asked)}`,
  );
}

/** A secret may as well be given by the human it would be approved by. */
function orAnswers({ what, session }: Pick<Approval, "what" | "session">): string {
  return what !== "secret" || session === undefined
    ? ""
    : ` Or they give it themselves: ${humanAnswers(session)}`;
}
