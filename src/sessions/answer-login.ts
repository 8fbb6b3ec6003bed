import type { PreparedSsh } from "../ssh/prepare.ts";
import type { Questions } from "../ssh/questions.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import { lockInput } from "./lock-input.ts";
import { loginState } from "./login-state.ts";
import { lookAtPane, type SessionContext } from "./look.ts";

/**
 * Types what is known of the answer where ssh asks on the pane's terminal, as it does before OpenSSH 8.4; false where
 * the question is a human's.
 */
export async function answerLogin(
  context: SessionContext,
  { hops, target }: PreparedSsh,
  questions: Questions,
  signal: AbortSignal,
): Promise<boolean> {
  const { terminal, tmux, record } = context;
  const { offset } = terminal;
  const reply = await questions.replyOnTerminal([...hops, target], promptOf(context));
  if (reply === "human") return false;
  if (reply === "wait") return true;
  await using _ = await lockInput(context, signal);
  const pane = await lookAtPane(context);
  await terminal.catchUp();
  const isAsking =
    pane !== undefined && loginState(pane.tty, terminal.facts(false))?.state === "awaiting_input";
  if (!isAsking || terminal.offset !== offset) return false;
  if (reply !== "refuse") await pasteText(tmux, record.session_name, reply.answer, { bracketed: false });
  await sendKeys(tmux, record.session_name, ["Enter"]);
  return true;
}

function promptOf({ terminal }: SessionContext): string {
  return terminal.facts(false).cursorLines[0]?.before ?? "";
}
