import type { SessionSummary } from "../sessions/outcome.ts";
import { cleanField } from "./remote-text.ts";
import type { Facts } from "./response.ts";
import { terminalFacts } from "./terminal-facts.ts";

/** One session of a list; the paths only where it is to be `full`. */
export function summaryFacts(session: SessionSummary, full: boolean): Facts {
  const { session_name, ...terminal } = terminalFacts(session);
  return {
    session_name,
    connection_config: session.connectionConfig,
    status: session.status,
    ...terminal,
    ...session.connectionInfo,
    running_command: session.runningCommand === undefined ? undefined : cleanField(session.runningCommand),
    last_exit_code: session.lastExitCode,
    created_at: session.createdAt,
    restored_at: session.restoredAt,
    last_activity_at: session.lastActivityAt,
    log_bytes: session.logBytes,
    humans_attached: session.humansAttached,
    log_file: full ? session.logFile : undefined,
    attach_command: full ? session.attachCommand : undefined,
  };
}
