import { parseCursor } from "../base/cursor.ts";
import { UserError } from "../base/user-error.ts";
import type { SessionContext } from "./look.ts";

/** The place in the session's log that a cursor means. Throws CURSOR_INVALID for one of another open or beyond the end. */
export function cursorOffset({ record, log }: SessionContext, cursor: string): number {
  const parsed = parseCursor(cursor);
  const { incarnation, session_name: name } = record;
  if (parsed?.incarnation === incarnation && parsed.offset <= log.extent().end) return parsed.offset;
  throw new UserError(
    "CURSOR_INVALID",
    `the cursor is not a place in the output of ${name} as it is open now`,
    "Call get_terminal_output without a cursor, then go on from the one it returns.",
  );
}
