import { UserError } from "../../base/user-error.ts";
import { delay } from "../../platform/delay.ts";
import { lookAtPane, type SessionContext } from "../../sessions/look.ts";
import type { Sessions } from "../../sessions/sessions.ts";
import { summarise } from "../../sessions/summary.ts";
import { setStatusText } from "../../tmux/human-client.ts";
import { doing, placeOf } from "../session-words.ts";

const leastBetweenMs = 250;
const lookAgainMs = 2_000;

/** Host, agent and what runs, for the status line of a session. */
export async function statusOf(context: SessionContext): Promise<string> {
  const summary = await summarise(context, await lookAtPane(context));
  const agent = context.ledger.last()?.client;
  return [
    ...askedOfHumans(context),
    summary.sessionName,
    placeOf(summary, { folder: false }),
    agent === undefined ? "no agent yet" : `agent ${agent}`,
    doing(summary),
  ].join(" | ");
}

/** In front, since a narrow terminal cuts the rest. */
function askedOfHumans({ gatehouse: { approvals, pause } }: SessionContext): string[] {
  const waiting = approvals.pending().length;
  const asked = waiting === 0 ? [] : [`${waiting} ${waiting === 1 ? "waits" : "wait"}: C-b a`];
  return pause.isOn ? ["PAUSED: mcp-ssh-interactive resume", ...asked] : asked;
}

/** Keeps the status line true until the abort, or until the session is gone; `alsoLook` is called each time. */
export async function followStatus(
  sessions: Sessions,
  name: string,
  left: AbortSignal,
  alsoLook: (context: SessionContext) => Promise<void>,
): Promise<void> {
  let shown: string | undefined;
  try {
    const { context } = await sessions.find(name);
    using changes = context.logWatch.subscribe(context.logName);
    while (!left.aborted) {
      const current = await sessions.find(name);
      const text = await statusOf(current.context);
      if (text !== shown) await setStatusText(current.context.tmux, name, text);
      shown = text;
      await alsoLook(current.context);
      await changes.next(lookAgainMs, [left]);
      await delay(leastBetweenMs, left);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
