import type { Gatehouse } from "../policy/gatehouse.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Invocation } from "./command.ts";
import { composeSessions, type SessionParts } from "./compose-sessions.ts";
import { openHome } from "./open-home.ts";
import { printable } from "./printable.ts";

export type AtHand = Pick<SessionParts, "tree" | "programs" | "config" | "state"> & {
  readonly sessions: Sessions;
  readonly gatehouse: Gatehouse;
};

/** Runs `work` with all sessions of the tree, which stay when it is done. Throws what openHome throws. */
export async function withSessions<T>(
  invocation: Invocation,
  work: (atHand: AtHand) => Promise<T>,
): Promise<T> {
  const parts = openHome(invocation, (line) =>
    invocation.stderr(`mcp-ssh-interactive: ${printable(line)}\n`),
  );
  const { sessions, gatehouse, close } = composeSessions(parts);
  try {
    return await work({ ...parts, sessions, gatehouse });
  } finally {
    await close();
  }
}
