import { humanBy } from "../policy/human-presence.ts";
import { answerHidden, type AnswerFate } from "./answer-hidden.ts";
import { findHiddenQuestion, type HiddenQuestion } from "./hidden-question.ts";
import type { SessionContext } from "./look.ts";
import type { ConnectionInfo } from "./outcome.ts";

/** What a session asks for unseen, for a human: `line` and `programs` are remote text. */
export type HumanQuestion = Pick<HiddenQuestion, "line" | "programs" | "asker"> & {
  readonly sessionName: string;
  readonly place: ConnectionInfo;
  /** As `answer SESSION` does it. The text is hidden in results from then on. */
  readonly answer: (text: string, signal: AbortSignal) => Promise<AnswerFate>;
  /** Resolves when more came than the question, which makes it another one, or at an abort. */
  readonly overtaken: (signal: AbortSignal) => Promise<void>;
};

/** Throws as findHiddenQuestion does. */
export async function askedOfHuman(session: SessionContext, signal: AbortSignal): Promise<HumanQuestion> {
  const question = await findHiddenQuestion(session, signal);
  const { session_name: sessionName, host, user, port } = session.record;
  const { line, programs, asker } = question;
  return {
    sessionName,
    place: { host, user, port },
    line,
    programs,
    asker,
    answer: (text, stop) => {
      session.secrets.remember(text);
      return answerHidden(session, question, { text, by: humanBy("on the page of a server") }, stop);
    },
    overtaken: (stop) => moreThan(session, question.offset, stop),
  };
}

/** ssh's end leaves a mark in the log too. */
async function moreThan(
  { log, logWatch, logName }: SessionContext,
  offset: number,
  stop: AbortSignal,
): Promise<void> {
  using changes = logWatch.subscribe(logName);
  while (!stop.aborted && log.extent().end === offset) await changes.next(longMs, [stop]);
}

/** The longest that a timer takes. */
const longMs = 2_147_483_647;
