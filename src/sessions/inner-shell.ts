import { integrate } from "./integrate.ts";
import { lockInput } from "./lock-input.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";

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
  return look(session, await lookAtPane(session));
}
