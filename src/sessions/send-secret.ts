import { findApprovedUse } from "./approved-use.ts";
import { lookAtPane, look, type Look, type SessionContext } from "./look.ts";
import type { Call, InputOutcome, SecretRequest } from "./outcome.ts";
import { findOwnUse } from "./own-use.ts";
import { disconnected } from "./refusals.ts";
import { unknownSecret } from "./secret-refusals.ts";
import { followInput, inputEnd } from "./send-input.ts";
import { typeSecret, type SecretUse } from "./type-secret.ts";
import { withApproval } from "./with-approval.ts";

const answer = { steps: [], enters: 1, endsInEnter: true, prints: true } as const;

/** Gives a configured secret to what asks for it, unseen, and waits for what comes of it: to the one program that it is bound to, or with a human's yes. */
export async function sendSecret(
  session: SessionContext,
  request: SecretRequest,
  call: Call,
): Promise<InputOutcome> {
  const use = await findUse(session, request, call);
  const { waitSeconds } = request;
  const typed = await withApproval(session, { waitSeconds, call }, async () => {
    await session.turns.run(use.requireYes);
    const value = await session.secrets.fetch(use.name, call.signal);
    return session.turns.run(() => typeSecret(session, use, value, call));
  });
  const decide = (current: Look) => {
    const end = inputEnd(session, typed, answer, current);
    return end?.endedBy === "quiet" && isBlankSince(session, typed.offset) ? undefined : end;
  };
  return followInput(session, { typed, input: answer, waitSeconds, decide }, call);
}

const maxBlankBytes = 4_096;

/** The line's end alone says nothing of what the program makes of it. */
function isBlankSince({ log, terminal }: SessionContext, offset: number): boolean {
  const end = Math.min(terminal.offset, offset + maxBlankBytes);
  return Buffer.from(log.read(offset, end).bytes).toString("utf8").trim() === "";
}

/** Nothing is fetched, and nobody is asked, for a use that is refused anyhow. */
async function findUse(session: SessionContext, { name }: SecretRequest, call: Call): Promise<SecretUse> {
  if (name !== undefined && !session.secrets.named().has(name)) throw unknownSecret(session, name);
  const current = await look(session, await lookAtPane(session));
  if (current.state === "disconnected") throw await disconnected(session);
  const own = await findOwnUse(session, name, call.signal);
  return "reason" in own ? findApprovedUse(session, name, own.reason, call) : own;
}
