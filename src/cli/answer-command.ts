import type { ControllingTerminal } from "../platform/controlling-terminal.ts";
import { askConsent, humanBy, requireHuman } from "../policy/human-presence.ts";
import { answerHidden, type AnswerFate } from "../sessions/answer-hidden.ts";
import { findHiddenQuestion, type HiddenQuestion } from "../sessions/hidden-question.ts";
import type { SessionContext } from "../sessions/look.ts";
import { exitCodes, type Invocation, type RunCommand } from "./command.ts";
import { findSession } from "./find-session.ts";
import { printable } from "./printable.ts";
import { withSessions } from "./with-sessions.ts";

/** Types what a human enters, unseen, into a session that asks for it. */
export const answer: RunCommand = (invocation) => {
  const [name = ""] = invocation.words;
  return withSessions(invocation, async ({ sessions, tree }) => {
    using terminal = await requireHuman(`mcp-ssh-interactive answer ${name}`, tree.locks);
    return await askAndType(await findSession(sessions, name), terminal, invocation);
  });
};

async function askAndType(
  session: SessionContext,
  terminal: ControllingTerminal,
  { stdout }: Invocation,
): Promise<number> {
  const { signal } = new AbortController();
  const question = await findHiddenQuestion(session, signal);
  terminal.write(`${renderQuestion(session, question)}\n`);
  const consent = await askConsent(terminal, "Only if this is a question that you expect");
  if (consent === "interrupted") return exitCodes.interrupted;
  if (consent === "refused") return nothingTyped(stdout);
  const typed = await terminal.readLine("Your answer, which is not shown: ", { hidden: true });
  if (typed.kind === "interrupted") return exitCodes.interrupted;
  if (typed.kind !== "line" || typed.text === "") return nothingTyped(stdout);
  const given = { text: typed.text, by: humanBy("at a terminal") };
  const fate = await answerHidden(session, question, given, signal);
  stdout(`${renderFate(session.record.session_name, fate)}\n`);
  return fate === "again" || fate === "disconnected" ? exitCodes.failed : exitCodes.done;
}

function nothingTyped(stdout: (text: string) => void): number {
  stdout("Nothing was typed into the session.\n");
  return exitCodes.failed;
}

function renderQuestion({ record }: SessionContext, { asker, programs, line }: HiddenQuestion): string {
  const { session_name: name, user, host, port } = record;
  const place = printable(`${user}@${host} port ${port}`);
  const who =
    asker === "ssh"
      ? `this machine's ssh asks, before it is logged in to ${place}`
      : `a program on ${place} asks (as the host tells it: ${printable(programs.join(", ")) || "unknown"})`;
  const warning =
    asker === "untold"
      ? "\nThe host cannot tell whether what is typed there is shown: if it is, the answer is not sent."
      : "";
  return `\n${name}: ${who}\n\n  ${printable(line)}\n${warning}`;
}

function renderFate(name: string, fate: AnswerFate): string {
  switch (fate) {
    case "accepted":
      return `${name} took the answer.`;
    case "again":
      return `${name} asks the same again: the answer was not accepted.`;
    case "next":
      return `${name} took the answer and asks for something more: mcp-ssh-interactive answer ${name}`;
    case "disconnected":
      return `The connection of ${name} ended after the answer.`;
  }
}
