import { classifyAwaiting } from "./awaiting.ts";
import { drawing, type CursorLine, type DerivedState } from "./derive-state.ts";
import type { Awaiting } from "./outcome.ts";
import type { Judgement } from "./terminal-reading.ts";

/** Nothing asks for these while the terminal shows whole lines as they are typed. */
const hiddenKinds = /^(?:password|passphrase|pager)$/;
/** Programs that are nothing but a console, whatever prompt they show. */
const consoles = /^(?:bc|dc|gdb|lldb|psql|mysql|mariadb|sqlite3|redis-cli|s?ftp)$/;
const pagers = /^(?:less|more|most|pg|man|bat)$/;

/** Clearing the screen is one movement; who then takes keys in poll, as top does, has drawn below it. */
const drawsWhenRaw = 2;
const drawsWhenPolling = 1;

/** `drawn` movements of the cursor to a place were seen; `atPrompt` is what it would be if a shell waited. */
type Circumstances = {
  readonly line: CursorLine | undefined;
  readonly drawn: number;
  readonly running: DerivedState;
  readonly atPrompt: DerivedState | undefined;
};

/** What the text gave, corrected by what the host said of the terminal; where that is unclear the text stands. */
export function judgeWaiting(
  derived: DerivedState,
  { verdict, programs, isPlain, isRaw, hasShell }: Judgement,
  { line, drawn, running, atPrompt }: Circumstances,
): DerivedState {
  const hasPrompt = derived.state === "awaiting_input" || programs.some((program) => pagers.test(program));
  const draws = verdict === "unclear" ? drawsWhenPolling : drawsWhenRaw;
  if (isRaw && drawn >= draws && !hasPrompt) return drawing;
  if (isPlain && derived.state === "fullscreen") return running;
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
      if (text !== undefined && !hiddenKinds.test(text)) return text;
      return programs.some((program) => consoles.test(program)) ? "repl" : "text";
    case "key":
      if (text !== undefined) return text;
      if (programs.some((program) => consoles.test(program))) return "repl";
      return programs.some((program) => pagers.test(program)) ? "pager" : "text";
  }
}

function lastChars(line: string): string {
  return line.length > 256 ? `…${line.slice(-256)}` : line;
}
