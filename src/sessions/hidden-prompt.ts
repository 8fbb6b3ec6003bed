import { secretNaming } from "../policy/secret-use.ts";
import type { LedgerRecord } from "../state/ledger.ts";
import { lineUntil } from "./input-place.ts";
import type { SessionContext } from "./look.ts";
import type { Awaiting } from "./outcome.ts";
import { isOfEpoch, sentInFront } from "./sent-command.ts";

const hiddenKinds: ReadonlySet<Awaiting["kind"]> = new Set(["password", "passphrase", "otp"]);

/** What is typed unseen, in every record. */
export const hiddenText = "•••";
/** Who a human's answer at a hidden prompt is recorded as typed by. */
export const humanAnswers = "answer";

export function isHiddenKind(kind: Awaiting["kind"] | undefined): boolean {
  return kind !== undefined && hiddenKinds.has(kind);
}

/** What is to be said of a hidden question: whether the last answer failed, and the secret that seems to be for it. */
export function hiddenFacts(session: SessionContext): Pick<Awaiting, "answerWith" | "rejected"> {
  const { oracle, terminal, secrets } = session;
  const answered = lastAnswer(session);
  const isRejected =
    answered !== undefined && lineUntil(session, answered.offset) === lineUntil(session, terminal.offset);
  const { programs = [], verdict } = oracle.answerAt(terminal.offset) ?? {};
  const [program, ...others] = programs;
  const isAlone = program !== undefined && others.length === 0;
  const mayFit = isAlone && verdict === "secret" && terminal.shellLevels.length < 2;
  const wasSent = secretSentTo(session, undefined) !== undefined;
  const name = mayFit && !wasSent ? secretNaming(program, secrets.named()) : undefined;
  return {
    ...(name === undefined ? {} : { answerWith: { tool: "send_secret", name } }),
    ...(isRejected ? { rejected: true } : {}),
  };
}

/** The last hidden answer that was typed for the command in front, by any process of ours. */
function lastAnswer(session: SessionContext): LedgerRecord | undefined {
  const id = sentInFront(session)?.id;
  return session.ledger.find(
    (record) => isInput(session, record) && record.id === id && record.text === hiddenText,
  );
}

/** The record of a secret that the command in front, or the process `asker`, was given before. */
export function secretSentTo(session: SessionContext, asker: number | undefined): LedgerRecord | undefined {
  const id = sentInFront(session)?.id;
  return session.ledger.find(
    (record) =>
      isInput(session, record) &&
      record.secret !== undefined &&
      (record.id === id || (asker !== undefined && record.asker === asker)),
  );
}

/**
 * Whether what runs was given the secret `name` before, or any at a question that was worded as `line` is: it did not
 * help there, and each try may cost the user an account.
 */
export function secretGivenBefore(session: SessionContext, name: string, line: string): boolean {
  const id = sentInFront(session)?.id;
  const begun = session.terminal.marks?.since ?? Infinity;
  const isOfCommand = (record: LedgerRecord) =>
    id === undefined ? record.offset >= begun : record.id === id;
  const given = session.ledger.find(
    (record) =>
      isInput(session, record) &&
      record.secret !== undefined &&
      isOfCommand(record) &&
      (record.secret === name || lineUntil(session, record.offset) === line),
  );
  return given !== undefined;
}

function isInput(session: SessionContext, record: LedgerRecord): boolean {
  return record.step === "input" && isOfEpoch(session, record);
}
