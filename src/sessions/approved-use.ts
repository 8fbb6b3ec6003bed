import { isFor, programOf } from "../policy/secret-use.ts";
import { admitSecret } from "./gate.ts";
import { hiddenFacts, secretGivenBefore } from "./hidden-prompt.ts";
import { lookForQuestion, readQuestion, type HiddenQuestion } from "./hidden-question.ts";
import { lockInput } from "./lock-input.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";
import { assertUpToDate } from "./outdated-session.ts";
import { notASecretPrompt, secretRejected, secretUnavailable } from "./secret-refusals.ts";
import { requireFreePane, type SecretUse } from "./type-secret.ts";

/**
 * A use that no secret is bound to by itself, for the `reason`: a human must agree to just this question. Throws
 * NOT_A_SECRET_PROMPT, SECRET_REJECTED, and SECRET_UNAVAILABLE for what a human gives each time.
 */
export async function findApprovedUse(
  session: SessionContext,
  wanted: string | undefined,
  reason: string,
  call: Call,
): Promise<SecretUse> {
  const question = await requireQuestion(session, call.signal);
  const name = wanted ?? hiddenFacts(session).answerWith?.name;
  if (name === undefined)
    throw notASecretPrompt(session, "no secret of this connection is for what asks, and none was named");
  assertMayAsk(session, name, question);
  return approvedUse(session, { name, question, reason }, call);
}

/** Where what is typed could be shown, or stay on a shell's line, no yes helps. */
async function requireQuestion(session: SessionContext, signal: AbortSignal): Promise<HiddenQuestion> {
  const found = await lookForQuestion(session, signal);
  if ("reason" in found) throw notASecretPrompt(session, found.reason);
  const { asker, takesEof, isAll } = found;
  if (asker === "ssh") throw notASecretPrompt(session, "this machine's ssh asks, before it is logged in");
  if (asker === "hidden" && !takesEof)
    throw notASecretPrompt(session, "Ctrl+D hands over no line there, so a shell could get to run it");
  if (!isAll) throw notASecretPrompt(session, "more programs are in front than a human can be shown");
  return found;
}

/** Behind a second ssh, or a terminal that the account may not see, the programs in front only pass the question on. */
function assertMayAsk(session: SessionContext, name: string, { asker, front, line }: HiddenQuestion): void {
  const secret = session.secrets.named().get(name);
  if (secret === undefined) throw new Error(`no secret ${name} was found before it is asked for`);
  const bound = programOf(name, secret);
  const mayBeIt = asker === "hidden" && front.some(({ program }) => isFor(name, secret, program));
  if (bound !== undefined && !mayBeIt)
    throw notASecretPrompt(
      session,
      `secrets.${name} is for ${bound}, and the host does not say that this asks`,
    );
  if (secretGivenBefore(session, name, line)) throw secretRejected(session, name);
  if (secret.source.kind === "ask") throw secretUnavailable(session.record, name);
}

function approvedUse(
  session: SessionContext,
  asked: { readonly name: string; readonly question: HiddenQuestion; readonly reason: string },
  call: Call,
): SecretUse {
  const { name, question } = asked;
  const { front, programs, asker } = question;
  const admit = async (current: Look, isGiven: boolean) => {
    const now = await readQuestion(session, current, call.signal);
    if (now === undefined || !isSame(now, question))
      throw notASecretPrompt(session, "what asks has changed meanwhile");
    return admitSecret(session, { ...asked, isGiven }, current, call);
  };
  return {
    name,
    isUntold: asker === "untold",
    requireYes: async () => {
      await using _ = await lockInput(session, call.signal);
      assertUpToDate(session);
      await admit(await requireFreePane(session), false);
    },
    requireAsker: async (current) => {
      const { approvedBy } = await admit(current, true);
      return { pid: front[0]?.pid, program: programs.join(", "), takesEof: true, approvedBy };
    },
    stillAsks: async () => {
      const { offset } = session.terminal;
      const current = await look(session, await lookAtPane(session));
      const now = await readQuestion(session, current, neverAborted);
      return now !== undefined && isSame(now, { ...question, offset });
    },
    isThere: async () => {
      const held = await session.oracle.front(neverAborted);
      return asker === "untold" || front.some(({ pid }) => held?.pids.includes(pid));
    },
  };
}

/** The same process may have become another program. */
function isSame(now: HiddenQuestion, question: HiddenQuestion): boolean {
  return JSON.stringify(facts(now)) === JSON.stringify(facts(question));
}

function facts({ line, front, asker, takesEof, isAll, offset }: HiddenQuestion): readonly unknown[] {
  return [line, front, asker, takesEof, isAll, offset];
}

/** Once typed, it is handed over or taken back. */
const neverAborted = new AbortController().signal;
