import { UserError } from "../base/user-error.ts";
import { momentNow } from "../platform/moment.ts";
import type { AuditFacts } from "../policy/audit-trail.ts";
import { recordAct } from "../policy/gatehouse.ts";
import { hiddenText, humanAnswers, isHiddenKind } from "./hidden-prompt.ts";
import { isStillAsked, type HiddenQuestion } from "./hidden-question.ts";
import { lineUntil } from "./input-place.ts";
import { lockInput } from "./lock-input.ts";
import type { Look, SessionContext } from "./look.ts";
import { takenBack } from "./secret-refusals.ts";
import { sentInFront } from "./sent-command.ts";
import { typeUnseen } from "./type-unseen.ts";
import { waitUntil } from "./wait.ts";

/** `again`: the same question stands there anew; `next`: another hidden one. */
export type AnswerFate = "accepted" | "again" | "next" | "disconnected";

/** `by` is the human, as they stand in the audit, which never has the text. */
export type HumanAnswer = { readonly text: string; readonly by: string };

const echoWaitMs = 150;
const fateWaitMs = 8_000;
/** As sudo shows that something was typed. */
const feedback = /^[*•]*$/;

/**
 * Types a human's answer to the question and Enter, and tells what became of it. Throws EXPECTATION_FAILED with
 * nothing sent when the question is not the same any more, or when what was typed was shown; SESSION_BUSY in copy mode.
 */
export async function answerHidden(
  session: SessionContext,
  question: HiddenQuestion,
  { text, by }: HumanAnswer,
  signal: AbortSignal,
): Promise<AnswerFate> {
  const { session_name, connection_config: connection } = session.record;
  const id = sentInFront(session)?.id;
  const about = { act: "answer", session: session_name, connection, id, by } as const;
  const noteFate = (end: { readonly fate: AnswerFate } | { readonly failed: string }) =>
    recordAct(session.gatehouse, { ...about, ...end }).catch(() => undefined);
  try {
    const sentAt = await typeAnswer(session, question, { text, about }, signal);
    const decide = (current: Look) => fateOf(session, question, sentAt, current);
    const end = await waitUntil(session, decide, performance.now() + fateWaitMs, signal);
    const fate = end.reason === "decided" ? end.value : "accepted";
    await noteFate({ fate });
    return fate;
  } catch (error) {
    await noteFate({ failed: error instanceof UserError ? error.code : "ended early" });
    throw error;
  }
}

/** Returns where the log ended when Enter was pressed. */
async function typeAnswer(
  session: SessionContext,
  question: HiddenQuestion,
  { text, about }: { readonly text: string; readonly about: AuditFacts },
  signal: AbortSignal,
): Promise<number> {
  const { terminal } = session;
  await using _ = await lockInput(session, signal);
  if (!(await isStillAsked(session, question, signal))) throw gone(session);
  await recordAct(session.gatehouse, { ...about, asker: question.asker, from: question.offset });
  note(session);
  const end = await typeUnseen(session, {
    text,
    silenceMs: echoWaitMs,
    feedback,
    takesEof: question.takesEof,
    stillAsks: () => isStillAsked(session, { ...question, offset: terminal.offset }, signal),
    isThere: () => Promise.resolve(true),
    noteHandedOver: () => undefined,
  });
  if ("offset" in end) return end.offset;
  throw shownInstead(session, end);
}

/** As an answer of a human's, without its text. */
function note(session: SessionContext): void {
  const answered = sentInFront(session);
  session.ledger.append({
    step: "input",
    id: answered?.id ?? session.ledger.last()?.id ?? "c0",
    incarnation: session.record.incarnation,
    offset: session.terminal.offset,
    ...momentNow(),
    pid: process.pid,
    client: humanAnswers,
    command: answered?.command ?? "",
    text: hiddenText,
    enter: true,
  });
}

function fateOf(
  session: SessionContext,
  { line }: HiddenQuestion,
  sentAt: number,
  { state, awaiting }: Look,
): AnswerFate | undefined {
  if (state === "disconnected") return "disconnected";
  if (session.terminal.offset <= sentAt || state === "running" || state === "unknown") return undefined;
  if (state !== "awaiting_input" || !isHiddenKind(awaiting?.kind)) return "accepted";
  return lineUntil(session, session.terminal.offset).trim() === line.trim() ? "again" : "next";
}

function gone({ record }: SessionContext): UserError {
  return new UserError(
    "EXPECTATION_FAILED",
    `what ${record.session_name} asks has changed meanwhile; nothing was typed`,
    `Look at the question again: mcp-ssh-interactive answer ${record.session_name}`,
  );
}

function shownInstead({ record }: SessionContext, end: { readonly isCleared: boolean }): UserError {
  return new UserError(
    "EXPECTATION_FAILED",
    `${record.session_name} did not keep the answer hidden; ${takenBack(end)}; it was not sent`,
    `It may stand in ${record.log_file}, where the agent can read it: if so, change that password.`,
  );
}
