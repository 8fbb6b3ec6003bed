import type { SessionRecord } from "../state/session-record.ts";
import type { SessionContext } from "./look.ts";

/** Thrown before anything was typed: another process has noted more of the session than this call knows, which is to begin anew. */
export class OutdatedSession extends Error {
  constructor({ record }: SessionContext) {
    super(`what is known of ${record.session_name} has changed`);
    this.name = "OutdatedSession";
  }
}

/** To be called under the input lock, under which shells get their marks. */
export function assertUpToDate(session: SessionContext): void {
  const now = session.recordNow();
  if (now === undefined) return;
  if (!followsAll(session, now) || now.marks_due !== session.record.marks_due)
    throw new OutdatedSession(session);
}

/** Whether it is the same ssh of the same session as `now`, and the marks of all shells noted there are counted. */
export function followsAll({ record, terminal }: SessionContext, now: SessionRecord): boolean {
  const isSame = now.incarnation === record.incarnation && now.epoch === record.epoch;
  return isSame && now.levels.every(({ aid }) => terminal.follows(aid));
}
