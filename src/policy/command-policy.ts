import { allowsCommand, denies, type SeenWords } from "./command-rule.ts";
import { whyItMayChange } from "./only-reads.ts";
import { isPagerInput } from "./pager-keys.ts";
import { quotesAsBash, readPlainLine, type PlainCommand } from "./plain-line.ts";
import { findSimpleCommands } from "./simple-commands.ts";

/** What a connection's configuration says about commands. */
export type Policy = {
  readonly mode: "full" | "confirm" | "read-only";
  readonly allow: readonly string[];
  readonly deny: readonly string[];
};

/** `unclear`: not understood, which counts as the most dangerous. */
export type CommandClass = "reads" | "changes" | "unclear";

export type Verdict = {
  readonly kind: "allow" | "ask" | "deny";
  readonly class: CommandClass;
  /** One short line of our own words that names what decided; never remote text. */
  readonly rule: string;
};

/** What waits for the input. */
export type InputPlace = "prompt" | "pager" | "repl" | "other";

export type TypedInput = { readonly text?: string; readonly keys?: readonly string[] };

/** Where all is allowed nothing is read, so that no parser stands between. */
const unlooked: Verdict = { kind: "allow", class: "unclear", rule: "the policy is full" };

/**
 * `command` is what would be typed, of one line or several; `shell` is its level's name in state.json, undefined where
 * none is known. Never throws.
 */
export function judgeCommand(command: string, shell: string | undefined, policy: Policy): Verdict {
  if (policy.mode === "full" && policy.deny.length === 0) return unlooked;
  const { plain, reading } = readLine(command, shell);
  const denied = ruleAgainst(policy.deny, reading.commands);
  if (denied?.answer === "yes") {
    return { kind: "deny", class: reading.class, rule: `denied by policy.deny: ${denied.rule}` };
  }
  if (denied?.answer === "maybe") {
    return refusal(policy, reading.class, `it may be what policy.deny names: ${denied.rule}`);
  }
  if (reading.class === "reads") return { kind: "allow", class: "reads", rule: "it only reads" };
  if (isAllowed(plain, policy.allow)) {
    return {
      kind: "allow",
      class: reading.class,
      rule: "each command of it only reads or is in policy.allow",
    };
  }
  if (policy.mode !== "full") return refusal(policy, reading.class, reading.rule);
  if (policy.deny.length > 0 && reading.class === "unclear") {
    return refusal(policy, "unclear", `policy.deny cannot be checked: ${reading.rule}`);
  }
  return { kind: "allow", class: reading.class, rule: "the policy is full" };
}

/** The same for text and keys given to what waits at `place`; `shell` is wanted at a prompt. */
export function judgeInput(input: TypedInput, place: InputPlace, policy: Policy, shell?: string): Verdict {
  if (policy.mode === "full" && policy.deny.length === 0) return unlooked;
  if (place === "prompt") return judgeAtPrompt(input, policy, shell);
  if (place === "pager" && isPagerInput(input)) {
    return { kind: "allow", class: "reads", rule: "keys that only move a pager or leave it" };
  }
  if (policy.mode === "full") return judgeWords(input.text ?? "", policy.deny);
  const what =
    place === "pager"
      ? "only Space, b, q, j, k, g, G and keys that move go to a pager"
      : "a program that is not a shell waits for it";
  return refusal(policy, "unclear", what);
}

function judgeAtPrompt(
  { text = "", keys = [] }: TypedInput,
  policy: Policy,
  shell: string | undefined,
): Verdict {
  const [key, ...others] = keys;
  const isAlone = others.length === 0 && (text === "" || key === undefined);
  if (isAlone && /^(?:C-[cd]|[\u0003\u0004])$/.test(key ?? text)) {
    return { kind: "allow", class: "reads", rule: "C-c and C-d run nothing" };
  }
  const [, line, end] = /^(.*?)(\r\n|\r|\n)?$/s.exec(text.replaceAll("\r\n", "\n")) ?? [];
  const enters = [end, ...keys].filter((each) => each !== undefined);
  const isWhole = enters.length === 1 && /^(?:\s|Enter|Return)$/.test(enters[0] ?? "");
  if (isWhole && line !== undefined && line.trim() !== "") return judgeCommand(line, shell, policy);
  return refusal(policy, "unclear", "only whole lines with Enter, C-c and C-d are read at a prompt");
}

/** What a program does with text is its own affair: a rule is looked for by its name, among all words. */
function judgeWords(text: string, deny: readonly string[]): Verdict {
  const words = new Set(text.toLowerCase().split(/[^a-z0-9_.+-]+/));
  const rule = deny.find((rule) =>
    words.has(rule.trim().split(" ")[0]?.replace(/^.*\//, "").toLowerCase() ?? ""),
  );
  return rule === undefined
    ? unlooked
    : { kind: "deny", class: "unclear", rule: `denied by policy.deny: ${rule}` };
}

type Reading = {
  readonly class: CommandClass;
  /** Why it is not `reads`. */
  readonly rule: string;
  readonly commands: readonly SeenWords[];
};

function readLine(
  command: string,
  shell: string | undefined,
): { readonly plain: readonly PlainCommand[] | undefined; readonly reading: Reading } {
  const line = readPlainLine(command, shell);
  if (line.kind === "more" && !quotesAsBash(shell)) {
    return { plain: undefined, reading: { class: "unclear", rule: line.why, commands: [] } };
  }
  // A plain line is the same in all shells, so the parser for bash may read it.
  const { commands, unclear } = findSimpleCommands(command, shell);
  const plain = line.kind === "plain" ? line.commands : undefined;
  const change =
    line.kind === "more" ? line.why : line.commands.map(whyItMayChange).find((why) => why !== undefined);
  if (change === undefined) return { plain, reading: { class: "reads", rule: "", commands } };
  const commandClass = unclear === undefined ? "changes" : "unclear";
  return { plain, reading: { class: commandClass, rule: unclear ?? change, commands } };
}

function ruleAgainst(
  deny: readonly string[],
  commands: readonly SeenWords[],
): { readonly rule: string; readonly answer: "yes" | "maybe" } | undefined {
  let maybe: { readonly rule: string; readonly answer: "maybe" } | undefined;
  for (const rule of deny) {
    for (const words of commands) {
      const answer = denies(rule, words);
      if (answer === "yes") return { rule, answer };
      if (answer === "maybe") maybe ??= { rule, answer };
    }
  }
  return maybe;
}

function isAllowed(plain: readonly PlainCommand[] | undefined, allow: readonly string[]): boolean {
  if (plain === undefined || allow.length === 0) return false;
  return plain.every(
    (command) => whyItMayChange(command) === undefined || allow.some((rule) => allowsCommand(rule, command)),
  );
}

function refusal(policy: Policy, commandClass: CommandClass, rule: string): Verdict {
  return { kind: policy.mode === "read-only" ? "deny" : "ask", class: commandClass, rule };
}
