import { UserError } from "../base/user-error.ts";
import type { StateSnapshot } from "../state/state-file.ts";

export function sessionNotFound(sessionName: string, sessions: StateSnapshot): UserError {
  const names = [...sessions.values()].map(({ session_name }) => session_name);
  return new UserError(
    "SESSION_NOT_FOUND",
    `no session is named ${JSON.stringify(sessionName)}`,
    "Open it with open_connection, or use one of details.names.",
    { details: { names } },
  );
}
