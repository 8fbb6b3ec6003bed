import * as z from "zod";

import { defineTool } from "../define-tool.ts";
import { sessionName } from "../input-fields.ts";
import { outputSchema } from "../output-fields.ts";

export const closeConnection = defineTool({
  name: "close_connection",
  title: "Close a session",
  description:
    "Ends a session: its ssh and its terminal; the log file stays. While a command runs it refuses (SESSION_BUSY) unless force is true, which ends the command too. To stop only the command, interrupt_command. Closing what is gone already is no error.",
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  showsTerminal: false,
  input: z.object({
    session_name: sessionName(),
    force: z.boolean().optional().describe("Also while a command runs; default false"),
  }),
  output: outputSchema({
    success: z.boolean(),
    session_name: z.string(),
    log_file: z.string(),
    was_running: z.boolean(),
  }),
  handle: async (args, { service, call, turns }) => {
    await turns.take(args.session_name, async () => undefined);
    const outcome = await service.close({ sessionName: args.session_name, force: args.force ?? false }, call);
    return {
      message: outcome.existed
        ? `${outcome.sessionName} closed`
        : `there is no session ${outcome.sessionName} any more`,
      facts: {
        session_name: outcome.sessionName,
        log_file: outcome.logFile,
        was_running: outcome.wasRunning,
      },
    };
  },
});
