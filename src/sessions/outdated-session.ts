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
  const { record, terminal } = session;
  const now = session.recordNow();
  if (now === undefined) return;
  const isSame = now.incarnation === record.incarnation && now.epoch === record.epoch;
  const isDue = now.marks_due === record.marks_due;
  const followsAll = now.levels.every(({ aid }) => terminal.follows(aid));
  if (!isSame || !isDue || !followsAll) throw new OutdatedSession(session);
}
