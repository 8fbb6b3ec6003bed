import { looksLikeShellPrompt } from "./finish-login.ts";
import { integrate } from "./integrate.ts";
import type { SessionContext } from "./look.ts";
import { firstPrompt } from "./readiness.ts";
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
