import { UserError } from "../base/user-error.ts";
import type { SessionContext } from "../sessions/look.ts";
import type { Sessions } from "../sessions/sessions.ts";

/** Throws SESSION_NOT_FOUND in words for a human, who sees no details. */
export async function findSession(sessions: Sessions, name: string): Promise<SessionContext> {
  try {
    return (await sessions.find(name)).context;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "SESSION_NOT_FOUND") throw error;
    const names = (await sessions.list()).map(({ sessionName }) => sessionName);
    const hint = names.length === 0 ? "No session is open." : `Open are: ${names.join(", ")}`;
    throw new UserError("SESSION_NOT_FOUND", error.message, hint, { cause: error });
  }
}
