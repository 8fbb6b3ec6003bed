import { acquireFileLock, LockTimeout } from "../platform/file-lock.ts";
import type { SessionRecord } from "../state/session-record.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { endProgram, endSession } from "./end-session.ts";
import { sessionPaths } from "./session-files.ts";
import type { Workplace } from "./workplace.ts";

/**
 * Takes back an open that has not come to its end: nothing is left of a new session, one that was there before is
 * disconnected as it was. To be called under `lockOpening`; of a session that is open it does nothing.
 */
export async function undoOpening(place: Workplace, tmux: TmuxServer, sessionName: string): Promise<void> {
  const record = place.state.get(sessionName);
  if (record === undefined || record.phase === "open") return;
  if (record.phase === "opening") return endSession(place, tmux, record.session_name);
  await endProgram(place, tmux, record.session_name);
  await place.state.put({ ...record, phase: "open" });
}

/** As `undoOpening`, for an open whose process has died: false when somebody is still at it. */
export async function sweepOpening(
  place: Workplace,
  tmux: TmuxServer,
  { session_name: name }: SessionRecord,
): Promise<boolean> {
  try {
    await using _ = await acquireFileLock(sessionPaths(place.tree, name).openLock, 0);
    await undoOpening(place, tmux, name);
    return true;
  } catch (error) {
    if (error instanceof LockTimeout) return false;
    throw error;
  }
}
