import { UserError } from "../base/user-error.ts";
import { acquireFileLock, LockTimeout, type FileLock } from "../platform/file-lock.ts";
import type { SessionContext } from "./look.ts";

const lockTimeoutMs = 5_000;

/** Takes the session's input lock, or throws SESSION_BUSY naming the process that holds it. */
export async function lockInput(session: SessionContext, signal: AbortSignal): Promise<FileLock> {
  try {
    return await acquireFileLock(session.inputLockPath, lockTimeoutMs, signal);
  } catch (error) {
    if (!(error instanceof LockTimeout)) throw error;
    const holder = error.holder === undefined ? "" : ` (${error.holder})`;
    throw new UserError(
      "SESSION_BUSY",
      `another process${holder} has been typing into ${session.record.session_name} for 5 s`,
      "Try again; if that process is stopped, continue or end it.",
      { details: { by: "another server process" }, cause: error },
    );
  }
}
