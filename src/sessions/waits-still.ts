import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";

/**
 * Whether the empty prompt without marks that was seen before the input lock was had waits there still: another process may
 * have typed at it, or marked its shell. To be called under the lock.
 */
export async function waitsStill(session: SessionContext, before: Look): Promise<boolean> {
  const { state, confidence, typed, promptStart } = await look(session, await lookAtPane(session));
  const isUnmarked = state === "idle" && confidence !== "exact";
  return isUnmarked && typed === "" && promptStart === before.promptStart;
}
