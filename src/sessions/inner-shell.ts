import { integrate } from "./integrate.ts";
import { lockInput } from "./lock-input.ts";
import type { Look, SessionContext } from "./look.ts";
import { waitUntil } from "./wait.ts";

/** A prompt not known before counts as drawn after a silence. */
const drawnWithinMs = 1_000;

/**
 * Sets our marks up in the shell that a command has just put in front, where the shell outside carries them too. The
 * look afterwards; without marks that shell is known by its prompt alone.
 */
export async function enterInnerShell(
  session: SessionContext,
  { prompt }: Look,
  signal: AbortSignal,
): Promise<Look> {
  if (session.terminal.marks !== undefined && prompt !== undefined) {
    await using _ = await lockInput(session, signal);
    const level = await integrate(session, prompt);
    if (level !== undefined) await session.rememberLevel(level);
  }
  const drawnByMs = performance.now() + drawnWithinMs;
  const isDrawn = (current: Look) => (current.state === "running" ? undefined : current);
  const end = await waitUntil(session, isDrawn, drawnByMs, signal);
  return end.reason === "decided" ? end.value : end.last;
}
