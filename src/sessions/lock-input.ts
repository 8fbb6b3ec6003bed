import { UserError } from "../base/user-error.ts";
import { acquireFileLock, LockTimeout, type FileLock } from "../platform/file-lock.ts";
import { ownerOf } from "./command-owner.ts";
import type { SessionContext } from "./look.ts";

const lockTimeoutMs = 5_000;

/** Takes the session's input lock, or throws SESSION_BUSY naming the process that holds it. */
export async function lockInput(session: SessionContext, signal: AbortSignal): Promise<FileLock> {
  try {
    return await acquireFileLock(session.inputLockPath, lockTimeoutMs, signal);
  } catch (error) {
    if (!(error instanceof LockTimeout)) throw error;
    const by = holderOf(session, error.holder);
    throw new UserError(
      "SESSION_BUSY",
      `${by} has been typing into ${session.record.session_name} for 5 s; nothing was typed`,
      "Try again; if that process is stopped, continue or end it.",
      { details: { by }, cause: error },
    );
  }
}

/** As lockInput, for what can be left undone: undefined where the lock is held on. */
export async function lockInputIfFree(
  session: SessionContext,
  signal: AbortSignal,
): Promise<FileLock | undefined> {
  try {
    return await acquireFileLock(session.inputLockPath, lockTimeoutMs, signal);
  } catch (error) {
    if (error instanceof LockTimeout) return undefined;
    throw error;
  }
}

/** Who took the lock to type noted first what it types. */
function holderOf({ ledger }: SessionContext, holder: number | undefined): string {
  if (holder === undefined) return "another process";
  const noted = ledger.find(({ pid }) => pid === holder);
  return noted === undefined ? `process ${holder}` : ownerOf(noted);
}
