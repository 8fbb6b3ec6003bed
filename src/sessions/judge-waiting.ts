import { classifyAwaiting } from "./awaiting.ts";
import type { CursorLine, DerivedState } from "./derive-state.ts";
import type { Awaiting } from "./outcome.ts";
import type { Judgement } from "./terminal-reading.ts";

/** Nothing asks for these while the terminal shows whole lines as they are typed. */
const hiddenKinds = /^(?:password|passphrase|pager)$/;
const pagers = /^(?:less|more|most|pg|man|bat)$/;

/** `atPrompt` is what it would be if a shell waited. What the text gave, corrected by what the host said of the terminal; where that is unclear the text stands. */
export function judgeWaiting(
  derived: DerivedState,
  { verdict, programs, isPlain, hasShell }: Judgement,
  line: CursorLine | undefined,
  running: DerivedState,
  atPrompt: DerivedState | undefined,
): DerivedState {
  if (verdict === "busy") return running;
  if (verdict === "prompt") return atPrompt ?? derived;
  if (verdict === "unclear")
    return isPlain && hiddenKinds.test(derived.awaiting?.kind ?? "") ? running : derived;
  if (derived.state === "idle" && hasShell) return derived;
  const before = line?.before ?? "";
  const text = classifyAwaiting(before, { atShell: false });
  const kind = kindOf(verdict, text?.kind, programs);
  return {
    state: "awaiting_input",
    confidence: "prompt",
    awaiting: { kind, prompt: text?.prompt ?? lastChars(before) },
  };
}

function kindOf(
  verdict: "secret" | "line" | "key",
  text: Awaiting["kind"] | undefined,
  programs: readonly string[],
): Awaiting["kind"] {
  switch (verdict) {
    case "secret":
      return text === "passphrase" || text === "otp" ? text : "password";
    case "line":
      return text === "password" || text === "passphrase" || text === "pager" ? "text" : (text ?? "text");
    case "key":
      if (text !== undefined) return text;
      return programs.some((program) => pagers.test(program)) ? "pager" : "text";
  }
}

function lastChars(line: string): string {
  return line.length > 256 ? `…${line.slice(-256)}` : line;
}
