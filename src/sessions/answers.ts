import { commandWord } from "./nested-shell.ts";
import type { Awaiting } from "./outcome.ts";

type Answer = Pick<Awaiting, "answerWith" | "suggestedKeys">;

const byAgent = { tool: "send_input" };
const pagers = ["Space", "q"];
const programs: Readonly<Record<string, readonly string[]>> = {
  ...keysOf(pagers, "less more most man journalctl systemctl git"),
  ...keysOf(["Escape : q ! Enter", "Escape : w q Enter"], "vi vim nvim view"),
  ...keysOf(["Escape : q a ! Enter", "Escape : w q a Enter"], "vimdiff"),
  ...keysOf(["C-x"], "nano pico"),
  ...keysOf(["C-x C-c"], "emacs"),
  ...keysOf(["q"], "top htop btop atop iotop iftop nmon tig ranger"),
  ...keysOf(["C-c"], "watch"),
};

/** These open whatever editor the account has. */
const opensEditor =
  /\b(?:git\b.*\s(?:commit|rebase|merge|revert|tag|am|cherry-pick|add|config)|systemctl\b.*\sedit)\b/;

/** With what an agent answers; a password and the like, and a host key, are the user's to give. */
export function withAnswer(awaiting: Awaiting): Awaiting {
  return { ...awaiting, ...answerTo(awaiting) };
}

/** What a full-screen program waits for, by its name: it takes keys at any time. */
export function fullscreenAwaiting(command: string | undefined): Awaiting {
  const word = command === undefined || opensEditor.test(command) ? undefined : commandWord(command);
  const suggestedKeys = word !== undefined && Object.hasOwn(programs, word) ? programs[word] : undefined;
  const kind = suggestedKeys === pagers ? "pager" : "text";
  return { kind, prompt: "", answerWith: byAgent, ...(suggestedKeys === undefined ? {} : { suggestedKeys }) };
}

function answerTo({ kind, prompt }: Awaiting): Answer {
  switch (kind) {
    case "password":
    case "passphrase":
    case "otp":
    case "host_key":
      return {};
    case "confirmation":
      return { answerWith: byAgent, suggestedKeys: yesOrNo(prompt) };
    case "pager":
      return { answerWith: byAgent, suggestedKeys: pagers };
    case "repl":
      return { answerWith: byAgent, suggestedKeys: ["C-d"] };
    case "continuation":
      return { answerWith: byAgent, suggestedKeys: ["C-c"] };
    case "text":
      return { answerWith: byAgent };
  }
}

function yesOrNo(prompt: string): readonly string[] {
  return /yes\/no/i.test(prompt) ? ["y e s Enter", "n o Enter"] : ["y Enter", "n Enter"];
}

function keysOf(keys: readonly string[], names: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, keys]));
}
