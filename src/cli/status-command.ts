import { summaryFacts } from "../server/summary-facts.ts";
import type { SessionSummary } from "../sessions/outcome.ts";
import { exitCodes, type RunCommand } from "./command.ts";
import { jsonText } from "./json-text.ts";
import { renderTable } from "./render-table.ts";
import { doing, placeOf } from "./session-words.ts";
import { withSessions } from "./with-sessions.ts";

/** Tells of every session what it is doing. */
export const status: RunCommand = (invocation) =>
  withSessions(invocation, async ({ sessions }) => {
    const found = await sessions.list();
    invocation.stdout(invocation.flags.has("--json") ? renderJson(found) : renderText(found));
    return exitCodes.done;
  });

function renderJson(sessions: readonly SessionSummary[]): string {
  const facts = sessions.map((session) => summaryFacts(session, true));
  return jsonText({ sessions: facts, total: facts.length });
}

function renderText(sessions: readonly SessionSummary[]): string {
  if (sessions.length === 0) return "No session is open.\n";
  const rows = sessions.map((session) => ({
    session: session.sessionName,
    connection: session.connectionConfig,
    place: placeOf(session),
    doing: doing(session),
    humans: session.humansAttached,
    "last output": session.lastActivityAt.replace(/\.\d+Z$/, "Z"),
  }));
  const columns = ["session", "connection", "place", "doing", "humans", "last output"];
  return [
    ...renderTable(rows, columns),
    "",
    "Take part: mcp-ssh-interactive attach SESSION. Look: mcp-ssh-interactive watch",
    "",
  ].join("\n");
}
