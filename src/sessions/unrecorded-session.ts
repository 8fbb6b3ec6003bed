import { UserError } from "../base/user-error.ts";
import { paneFacts } from "../tmux/pane.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { endSession } from "./end-session.ts";
import type { CloseOutcome } from "./outcome.ts";
import { sessionPaths } from "./session-files.ts";
import type { Workplace } from "./workplace.ts";

/** Throws SESSION_EXISTS where tmux has a session of this name that carries no record: what runs there is not to be ended unsaid. */
export async function refuseUnrecorded(tmux: TmuxServer, name: string): Promise<void> {
  if ((await paneFacts(tmux, name)) === undefined) return;
  throw new UserError(
    "SESSION_EXISTS",
    `tmux has a session ${name} that carries no record of ours any more, so that it cannot be used`,
    "End it with close_connection and force: true, or choose another session_name.",
  );
}

/** Ends a session that tmux alone knows; what it runs is not known, so only if `force`. */
export async function closeUnrecorded(
  place: Workplace,
  tmux: TmuxServer,
  sessionName: string,
  force: boolean,
): Promise<CloseOutcome> {
  if ((await paneFacts(tmux, sessionName)) === undefined)
    return { sessionName, wasRunning: false, existed: false };
  if (!force) {
    throw new UserError(
      "SESSION_BUSY",
      `${sessionName} carries no record of ours any more; what runs there is not known, and would end`,
      "Pass force: true to end it.",
      { details: { by: "a session without its record" } },
    );
  }
  await endSession(place, tmux, sessionName);
  return { sessionName, logFile: sessionPaths(place.tree, sessionName).log, wasRunning: true, existed: true };
}
