import { UserError } from "../base/user-error.ts";
import { endSession } from "./end-session.ts";
import { look, lookAtPane, type SessionContext } from "./look.ts";
import type { CloseOutcome } from "./outcome.ts";
import { lastSentCommand } from "./sent-command.ts";
import type { Workplace } from "./workplace.ts";

/** Ends ssh and its tmux session; the log stays. Throws SESSION_BUSY while something runs there, unless forced. */
export async function closeSession(
  place: Workplace,
  session: SessionContext,
  force: boolean,
): Promise<CloseOutcome> {
  const current = await look(session, await lookAtPane(session));
  const { session_name: sessionName, log_file: logFile } = session.record;
  const wasRunning =
    current.state === "running" || current.state === "fullscreen" || current.state === "awaiting_input";
  if (wasRunning && !force) {
    const sent = lastSentCommand(session);
    throw new UserError(
      "SESSION_BUSY",
      `something still runs in ${sessionName}; it would end with the connection`,
      "Wait for it, interrupt it, or pass force: true.",
      {
        details: {
          by: "a command",
          command_id: sent?.id,
          command: sent?.command,
          running_ms: sent?.runningMs,
          awaiting: current.awaiting,
        },
      },
    );
  }
  await endSession(place, session.tmux, sessionName);
  return { sessionName, logFile, wasRunning, existed: true };
}
