import type { PaneFacts } from "../tmux/pane.ts";
import { exitFacts } from "./execute.ts";
import { look, type SessionContext } from "./look.ts";
import type { SessionSummary } from "./outcome.ts";
import { lastSentCommand, toldEnd } from "./sent-command.ts";
import { terminalFacts } from "./terminal-facts.ts";

/** `pane` as tmux has it; while a session is being opened again it is still disconnected. */
export async function summarise(
  session: SessionContext,
  pane: PaneFacts | undefined,
): Promise<SessionSummary> {
  const { record } = session;
  const current = await look(session, record.phase === "open" ? pane : undefined);
  const extent = session.log.extent();
  const isOver = current.state === "idle" || current.state === "disconnected";
  const sent = isOver ? undefined : lastSentCommand(session);
  const runs = sent !== undefined && toldEnd(session, sent) === undefined;
  return {
    ...terminalFacts(session, current),
    status: current.state === "disconnected" ? "disconnected" : "active",
    connectionInfo: { host: record.host, user: record.user, port: record.port },
    ...(runs ? { runningCommand: sent.command } : {}),
    ...lastExit(session),
    createdAt: record.created_at,
    ...(record.restored_at === undefined ? {} : { restoredAt: record.restored_at }),
    lastActivityAt: extent.changedAtMs === 0 ? record.created_at : new Date(extent.changedAtMs).toISOString(),
    logBytes: extent.end - extent.first,
    humansAttached: pane?.attachedHumans ?? 0,
    logFile: record.log_file,
    attachCommand: session.attachCommand,
  };
}

/** Of the last command of ours, if it has ended and its shell told how. */
function lastExit(session: SessionContext): Pick<SessionSummary, "lastExitCode"> {
  const sent = lastSentCommand(session);
  const told = sent && toldEnd(session, sent);
  const lastExitCode =
    told === undefined ? sent && session.ledger.findEnd(sent.id)?.exit : exitFacts(told)?.exitCode;
  return lastExitCode === undefined ? {} : { lastExitCode };
}
