import * as z from "zod";

import { defineTool } from "../define-tool.ts";
import { outputSchema, someObject } from "../output-fields.ts";
import { summaryFacts } from "../summary-facts.ts";

const longestFullList = 5;

export const listConnections = defineTool({
  name: "list_connections",
  title: "List open sessions",
  description:
    "Lists the sessions and what each is doing: prompt, running command, a question it waits at, ssh ended. Also sessions of other clients and from before a restart; all can be used the same way. attach_command is what a human runs to take part. For the text of one, get_terminal_output.",
  hints: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  showsTerminal: false,
  input: z.object({}),
  output: outputSchema({
    success: z.boolean(),
    sessions: z.array(someObject()),
    total: z.int(),
    warnings: z.array(z.string()),
  }),
  handle: async (_args, { service }) => {
    const sessions = await service.list();
    const full = sessions.length <= longestFullList;
    const disconnected = sessions.filter(({ status }) => status === "disconnected").length;
    const warnings = service.warnings();
    const ended = disconnected === 0 ? "" : `, ${disconnected} of them disconnected`;
    return {
      message: `${sessions.length === 1 ? "1 session" : `${sessions.length} sessions`}${ended}`,
      next: sessions.length === 0 ? "open_connection opens one" : undefined,
      facts: {
        sessions: sessions.map((session) => summaryFacts(session, full)),
        total: sessions.length,
        ...(warnings.length === 0 ? {} : { warnings }),
      },
    };
  },
});
