import { looksLikeShellPrompt } from "./finish-login.ts";
import { lineUntil } from "./input-place.ts";
import { integrate } from "./integrate.ts";
import type { Look, SessionContext } from "./look.ts";
import { firstPrompt } from "./readiness.ts";
import { busy } from "./refusals.ts";
import { waitUntil } from "./wait.ts";

const drawnWithinMs = 1_000;

/**
 * Gives our marks to a login shell that had shown no prompt when the session was opened, as after a stall of the link or
 * a login that a human went on with; true if it was tried. To be called under the input lock.
 */
export async function markLateLogin(session: SessionContext, signal: AbortSignal): Promise<boolean> {
  const { record, terminal, unmarkable } = session;
  if (record.marks_due !== true || terminal.marks !== undefined) return false;
  const deadlineMs = performance.now() + drawnWithinMs;
  const end = await waitUntil(session, () => firstPrompt(terminal.facts(false)), deadlineMs, signal);
  if (end.reason !== "decided") return false;
  const { prompt } = end.value;
  if (unmarkable.has(prompt.text) || !looksLikeShellPrompt(prompt)) return false;
  const marked = await integrate(session, prompt);
  if (marked === "stalled") return false;
  if (marked?.answered !== true) unmarkable.add(prompt.text);
  await session.rememberLogin(prompt, marked?.level);
  return true;
}

/** Throws SESSION_BUSY where the shell that is to get marks has not shown anything to type at: what reads then may be another program. */
export function assertShown(session: SessionContext, current: Look): void {
  const isDue = session.record.marks_due === true && session.terminal.marks === undefined;
  if (!isDue || current.state !== "unknown" || lineUntil(session, session.terminal.offset).trim() !== "")
    return;
  throw busy(session, "its shell has not shown a prompt yet", current);
}
