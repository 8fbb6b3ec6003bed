import { lineUntil } from "./input-place.ts";
import type { Look, SessionContext } from "./look.ts";

/**
 * Whether a human may have typed a line that does not show: where a shell has no line editor, what was typed before its
 * prompt came stands in front of that, as output does that did not end its line.
 */
export async function mayHoldUnsent(
  session: SessionContext,
  { pane }: Look,
  signal: AbortSignal,
): Promise<boolean> {
  const { marks, bracketedPaste } = session.terminal;
  if ((pane?.attachedHumans ?? 0) === 0 || bracketedPaste || marks?.phase !== "prompt") return false;
  if (lineUntil(session, marks.since).trim() === "") return false;
  return (await session.oracle.askNow(signal))?.isPlain === true;
}
