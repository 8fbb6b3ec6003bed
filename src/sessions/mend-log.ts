import { acquireFileLock } from "../platform/file-lock.ts";
import { restartRecorder } from "../tmux/recorder.ts";
import type { SessionContext } from "./look.ts";

const lockTimeoutMs = 5_000;

/**
 * A log that somebody deleted or cut goes on behind the furthest place that is known of it, with a gap of one byte, since
 * what came meanwhile is lost and its length unknown; so all cursors stay true. The recorder is started anew for it.
 */
export async function mendLog(session: SessionContext): Promise<void> {
  if (!fellShort(session)) return;
  await using _ = await acquireFileLock(session.logLockPath, lockTimeoutMs);
  if (!fellShort(session)) return;
  session.log.startAt(furthestPlace(session) + 1);
  await restartRecorder(session.tmux, session.record.session_name);
}

function fellShort(session: SessionContext): boolean {
  return session.log.extent().end < furthestPlace(session);
}

function furthestPlace({ terminal, ledger, record }: SessionContext): number {
  const last = ledger.last();
  const noted = last?.incarnation === record.incarnation ? last.offset : 0;
  return Math.max(terminal.offset, noted);
}
