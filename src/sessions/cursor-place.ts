import { parseCursor } from "../base/cursor.ts";
import { UserError } from "../base/user-error.ts";
import type { SessionContext } from "./look.ts";

/** The place in the log that a client's cursor names. Throws CURSOR_INVALID where it names none of this session's. */
export function cursorPlace(session: SessionContext, cursor: string): number {
  const parsed = parseCursor(cursor);
  const { incarnation, session_name: name } = session.record;
  if (parsed?.incarnation === incarnation && parsed.offset <= session.log.extent().end) return parsed.offset;
  throw new UserError(
    "CURSOR_INVALID",
    `the cursor is not a place in the output of ${name} as it is open now`,
    "Call get_terminal_output without a cursor, then go on from the one it returns.",
  );
}
