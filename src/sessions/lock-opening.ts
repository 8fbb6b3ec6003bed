import { isSessionName } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import { acquireFileLock, LockTimeout, type FileLock } from "../platform/file-lock.ts";
import { sessionPaths } from "./session-files.ts";
import type { Workplace } from "./workplace.ts";

const lockTimeoutMs = 5_000;

/** Held while a session is opened or closed, so that two callers of one name never do so at once. */
export async function lockOpening(
  place: Pick<Workplace, "tree">,
  sessionName: string,
  signal: AbortSignal,
): Promise<FileLock> {
  if (!isSessionName(sessionName)) {
    throw new UserError(
      "INVALID_ARGUMENT",
      `${JSON.stringify(sessionName)} is no session name`,
      "Use 1 to 64 letters, digits, _ and -.",
    );
  }
  try {
    return await acquireFileLock(sessionPaths(place.tree, sessionName).openLock, lockTimeoutMs, signal);
  } catch (error) {
    throw error instanceof LockTimeout ? openingElsewhere(sessionName, error) : error;
  }
}

function openingElsewhere(sessionName: string, cause: LockTimeout): UserError {
  const by = cause.holder === undefined ? "another call" : `another call, of process ${cause.holder}`;
  return new UserError(
    "SESSION_BUSY",
    `${sessionName} is just being opened or closed by ${by}`,
    "Look with list_connections, then try again; if it stays so, that process may be stopped.",
    { details: { by }, cause },
  );
}
