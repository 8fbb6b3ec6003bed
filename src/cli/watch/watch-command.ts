import type { RunCommand } from "../command.ts";
import { requireTerminal } from "../require-terminal.ts";
import { withSessions } from "../with-sessions.ts";
import { watchSessions } from "./watch-sessions.ts";

/** Shows all sessions at once, read-only. */
export const watch: RunCommand = (invocation) => {
  requireTerminal("watch", "Without one: mcp-ssh-interactive status");
  return withSessions(invocation, ({ sessions }) => watchSessions(invocation, sessions));
};
