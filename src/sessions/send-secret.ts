import { programOf, secretFor, type Asker } from "../policy/secret-use.ts";
import { secretSentTo } from "./hidden-prompt.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import type { Call, InputOutcome, SecretRequest } from "./outcome.ts";
import { disconnected } from "./refusals.ts";
import { askerNow } from "./secret-asker.ts";
import { notASecretPrompt, secretRejected, unknownSecret } from "./secret-refusals.ts";
import { followInput, inputEnd } from "./send-input.ts";
import { typeSecret } from "./type-secret.ts";

const answer = { steps: [], enters: 1, endsInEnter: true, prints: true } as const;

/** Gives a configured secret to the one program that it is bound to, unseen, and waits for what comes of it. */
export async function sendSecret(
  session: SessionContext,
  request: SecretRequest,
  call: Call,
): Promise<InputOutcome> {
  const name = await chooseSecret(session, request, call);
  const value = await session.secrets.fetch(name, call.signal);
  const typed = await session.turns.run(() =>
    typeSecret(session, { name, value }, () => requireAsker(session, name, call.signal), call),
  );
  const decide = (current: Look) => {
    const end = inputEnd(session, typed, answer, current);
    return end?.endedBy === "quiet" && isBlankSince(session, typed.offset) ? undefined : end;
  };
  return followInput(session, { typed, input: answer, waitSeconds: request.waitSeconds, decide }, call);
}

const maxBlankBytes = 4_096;

/** The line's end alone says nothing of what the program makes of it. */
function isBlankSince({ log, terminal }: SessionContext, offset: number): boolean {
  const end = Math.min(terminal.offset, offset + maxBlankBytes);
  return Buffer.from(log.read(offset, end).bytes).toString("utf8").trim() === "";
}

/** Nothing is fetched, and nobody is asked, for a use that is refused anyhow. */
async function chooseSecret(
  session: SessionContext,
  { name: wanted }: SecretRequest,
  { signal }: Call,
): Promise<string> {
  const secrets = session.secrets.named();
  if (wanted !== undefined && !secrets.has(wanted)) throw unknownSecret(session, wanted);
  const current = await look(session, await lookAtPane(session));
  if (current.state === "disconnected") throw await disconnected(session);
  const name = wanted ?? secretFor((await askerNow(session, signal)).program, secrets);
  if (name === undefined) throw notASecretPrompt(session, "no secret of this connection is for what asks");
  await requireAsker(session, name, signal);
  return name;
}

/** The program that may be given the secret `name` now. Throws NOT_A_SECRET_PROMPT, SECRET_REJECTED. */
async function requireAsker(session: SessionContext, name: string, signal: AbortSignal): Promise<Asker> {
  const asker = await askerNow(session, signal);
  const program = programOf(name, session.secrets.named().get(name) ?? {});
  if (program === undefined)
    throw notASecretPrompt(session, `secrets.${name} has no \`for\`, which names the program that may ask`);
  if (program !== asker.program)
    throw notASecretPrompt(session, `secrets.${name} is for ${program}, and ${asker.program} asks`);
  if (secretSentTo(session, asker.pid) !== undefined) throw secretRejected(session, name);
  return asker;
}
