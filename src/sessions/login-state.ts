import { terminalMode } from "../platform/tty.ts";
import { classifyAwaiting } from "./awaiting.ts";
import type { DerivedState, StreamFacts } from "./derive-state.ts";

const askedQuietMs = 100;

/**
 * What goes on before the login, undefined once it is through: from then on ssh takes the pane's own terminal key by
 * key. Only a question of this machine's ssh, or of its askpass, takes whole lines unseen.
 */
export function loginState(
  tty: string,
  { ended, cursorLines, quietMs }: StreamFacts,
): DerivedState | undefined {
  const mode = ended ? undefined : terminalMode(tty);
  if (mode === undefined || mode === "keys") return undefined;
  const before = cursorLines[0]?.before ?? "";
  // The wrapper, too, takes lines unseen between ssh's end and its mark of that.
  const isAsked = mode !== "lines" && before.trim() !== "" && quietMs >= askedQuietMs;
  if (!isAsked) return { state: "running", confidence: "exact" };
  const text = classifyAwaiting(before, { atShell: false });
  const kind = text?.kind === "passphrase" || text?.kind === "otp" ? text.kind : "password";
  const prompt = text?.prompt ?? before.slice(-256);
  return { state: "awaiting_input", confidence: "exact", awaiting: { kind, prompt } };
}
