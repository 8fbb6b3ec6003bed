import type { Approval } from "../policy/approval.ts";
import { summaryFacts } from "../server/summary-facts.ts";
import type { SessionSummary } from "../sessions/outcome.ts";
import { exitCodes, type RunCommand } from "./command.ts";
import { jsonText } from "./json-text.ts";
import { renderTable } from "./render-table.ts";
import { doing, placeOf, shortCommand } from "./session-words.ts";
import { withSessions } from "./with-sessions.ts";

/** Tells of every session what it is doing. */
export const status: RunCommand = (invocation) =>
  withSessions(invocation, async ({ sessions, gatehouse }) => {
    const found = await sessions.list();
    const waiting = gatehouse.approvals.pending();
    const isPaused = gatehouse.pause.isOn;
    const { stdout, flags } = invocation;
    stdout(flags.has("--json") ? renderJson(found, waiting, isPaused) : renderText(found));
    if (!flags.has("--json")) stdout(`${renderWaiting(waiting)}${isPaused ? paused : ""}`);
    return exitCodes.done;
  });

const paused = "\nPaused: no agent types anything. mcp-ssh-interactive resume gives the input back.\n";

function renderJson(
  sessions: readonly SessionSummary[],
  waiting: readonly Approval[],
  isPaused: boolean,
): string {
  const facts = sessions.map((session) => summaryFacts(session, true));
  const approvals = waiting.map(({ id, what, connection, session, client, text }) => ({
    approval_id: id,
    what,
    connection_config: connection,
    session_name: session,
    client,
    text,
  }));
  const all = { sessions: facts, total: facts.length, approvals, paused: isPaused };
  return jsonText(all);
}

function renderWaiting(waiting: readonly Approval[]): string {
  return waiting.length === 0
    ? ""
    : [
        "",
        "Waiting for your answer (mcp-ssh-interactive approve):",
        ...waiting.map(
          ({ id, session = "", connection, text }) =>
            `  ${id}  ${session || connection}  ${shortCommand(text)}`,
        ),
        "",
      ].join("\n");
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
