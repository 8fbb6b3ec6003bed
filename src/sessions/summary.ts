import { shellWord } from "../base/shell-word.ts";
import type { HomeTree } from "../platform/home-tree.ts";
import type { SessionRecord } from "../state/session-record.ts";
import type { PaneFacts } from "../tmux/pane.ts";
import { look, type SessionContext } from "./look.ts";
import type { SessionSummary } from "./outcome.ts";
import { lastSentCommand } from "./sent-command.ts";
import { terminalFacts } from "./terminal-facts.ts";

/** `pane` as tmux has it; while a session is being opened again it is still disconnected. */
export async function summarise(
  tree: HomeTree,
  session: SessionContext,
  pane: PaneFacts | undefined,
): Promise<SessionSummary> {
  const { record } = session;
  const current = await look(session, record.phase === "open" ? pane : undefined);
  const extent = session.log.extent();
  const sent =
    current.state === "idle" || current.state === "disconnected" ? undefined : lastSentCommand(session);
  return {
    ...terminalFacts(session, current),
    status: current.state === "disconnected" ? "disconnected" : "active",
    connectionInfo: { host: record.host, user: record.user, port: record.port },
    ...(sent === undefined ? {} : { runningCommand: sent.command }),
    createdAt: record.created_at,
    lastActivityAt: extent.changedAtMs === 0 ? record.created_at : new Date(extent.changedAtMs).toISOString(),
    logBytes: extent.end - extent.first,
    humansAttached: pane?.attachedHumans ?? 0,
    logFile: record.log_file,
    attachCommand: attachCommand(tree, record),
  };
}

/** The plain tmux command with which a human takes part in the session's terminal. */
export function attachCommand(tree: Pick<HomeTree, "tmuxSocket">, record: SessionRecord): string {
  return `tmux -S ${shellWord(tree.tmuxSocket)} attach -t '=${record.tmux_session}'`;
}
