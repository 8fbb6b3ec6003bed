import { isHiddenTerminal } from "../platform/tty.ts";
import { classifyAwaiting } from "./awaiting.ts";
import type { DerivedState, StreamFacts } from "./derive-state.ts";

/**
 * What this machine's ssh, or its askpass, asks before the login: nothing else has the pane's own terminal take whole
 * lines unseen, since ssh hands keys on one by one from then on.
 */
export function localQuestion(tty: string, { ended, cursorLines }: StreamFacts): DerivedState | undefined {
  const before = cursorLines[0]?.before ?? "";
  if (ended || before.trim() === "" || !isHiddenTerminal(tty)) return undefined;
  const text = classifyAwaiting(before, { atShell: false });
  const kind = text?.kind === "passphrase" || text?.kind === "otp" ? text.kind : "password";
  const prompt = text?.prompt ?? before.slice(-256);
  return { state: "awaiting_input", confidence: "exact", awaiting: { kind, prompt } };
}
