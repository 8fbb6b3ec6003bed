import { UserError } from "../base/user-error.ts";
import { whatRuns } from "./command-owner.ts";
import { endSession } from "./end-session.ts";
import { look, lookAtPane, type SessionContext } from "./look.ts";
import type { Call, CloseOutcome, CloseRequest } from "./outcome.ts";
import { runningMs, sentInFront } from "./sent-command.ts";
import type { Workplace } from "./workplace.ts";

/** Ends ssh and its tmux session; the log stays. Throws SESSION_BUSY while something runs there, unless forced. */
export async function closeSession(
  place: Workplace,
  session: SessionContext,
  { force, byHuman }: Omit<CloseRequest, "sessionName">,
  call: Call,
): Promise<CloseOutcome> {
  const current = await look(session, await lookAtPane(session));
  const { session_name: sessionName, log_file: logFile } = session.record;
  const wasRunning =
    current.state === "running" || current.state === "fullscreen" || current.state === "awaiting_input";
  if (wasRunning && !force) {
    const sent = sentInFront(session);
    throw new UserError(
      "SESSION_BUSY",
      `${sessionName} is still in use: ${whatRuns(session, call)}; it would end with the connection`,
      "Wait for it, interrupt it, or pass force: true.",
      {
        details: {
          by: whatRuns(session, call),
          command_id: sent?.id,
          command: sent?.command,
          running_ms: sent && runningMs(sent),
          awaiting: current.awaiting,
        },
      },
    );
  }
  // What runs goes on while agents are stopped.
  if (wasRunning && byHuman !== true) session.gatehouse.pause.assertOff();
  await endSession(place, session.tmux, sessionName);
  return { sessionName, logFile, wasRunning, existed: true };
}
