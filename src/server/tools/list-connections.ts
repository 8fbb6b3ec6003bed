import * as z from "zod";

import type { SessionSummary } from "../../sessions/outcome.ts";
import { defineTool } from "../define-tool.ts";
import { outputSchema, someObject } from "../output-fields.ts";
import { cleanField } from "../remote-text.ts";
import type { Facts } from "../response.ts";
import { terminalFacts } from "../terminal-facts.ts";

const longestFullList = 5;

export const listConnections = defineTool({
  name: "list_connections",
  title: "List open sessions",
  description:
    "Lists the sessions and what each is doing: prompt, running command, a question it waits at, ssh ended. Also sessions of other clients and from before a restart; all can be used the same way. attach_command is what a human runs to take part. For the text of one, get_terminal_output.",
  hints: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  showsTerminal: false,
  input: z.object({}),
  output: outputSchema({ success: z.boolean(), sessions: z.array(someObject()), total: z.int() }),
  handle: async (_args, { service }) => {
    const sessions = await service.list();
    const full = sessions.length <= longestFullList;
    const disconnected = sessions.filter(({ status }) => status === "disconnected").length;
    const ended = disconnected === 0 ? "" : `, ${disconnected} of them disconnected`;
    return {
      message: `${sessions.length === 1 ? "1 session" : `${sessions.length} sessions`}${ended}`,
      next: sessions.length === 0 ? "open_connection opens one" : undefined,
      facts: { sessions: sessions.map((session) => summaryFacts(session, full)), total: sessions.length },
    };
  },
});

function summaryFacts(session: SessionSummary, full: boolean): Facts {
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
    last_activity_at: session.lastActivityAt,
    log_bytes: session.logBytes,
    humans_attached: session.humansAttached,
    log_file: full ? session.logFile : undefined,
    attach_command: full ? session.attachCommand : undefined,
  };
}
