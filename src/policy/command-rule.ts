import { commandRuleFault, ruleWords } from "../base/command-rule.ts";
import type { PlainCommand } from "./plain-line.ts";

/**
 * Whether the rule is the whole command, word for word. A `*` alone is any word that is no option, at the end any
 * number of them.
 */
export function allowsCommand(rule: string, command: PlainCommand): boolean {
  if (commandRuleFault(rule) !== undefined) return false;
  const wanted = ruleWords(rule);
  const endless = wanted.length > 1 && wanted.at(-1) === "*";
  const head = endless ? wanted.slice(0, -1) : wanted;
  if (endless ? command.length < head.length : command.length !== head.length) return false;
  if (command[0]?.quoted !== false) return false;
  return command.every(({ text, fixed }, at) => {
    const pattern = head[at] ?? "*";
    return fixed && allowsWord(pattern, text);
  });
}

/** Words of a command that is known in part: undefined where a word is known only when it runs. */
export type SeenWords = readonly (string | undefined)[];

/**
 * Whether the rule speaks of the command: its name in any folder, its options anywhere, its other words in their
 * order, with anything between and after them. "maybe" where a word that is not known could make it so.
 */
export function denies(rule: string, words: SeenWords): "yes" | "maybe" | "no" {
  const [name = "", ...wanted] = ruleWords(rule);
  const [first, ...given] = words;
  if (first === undefined) return "maybe";
  if (baseName(first) !== baseName(name)) return "no";
  const known = given.filter((word) => word !== undefined);
  const options = wanted.filter((word) => word.startsWith("-"));
  const others = wanted.filter((word) => !word.startsWith("-") && word !== "*");
  if (options.every((option) => hasOption(option, known)) && areInOrder(others, known)) return "yes";
  return known.length === given.length ? "no" : "maybe";
}

/** A pattern within a word stands for no `/`, no `.` or `..` as a name, and nothing that begins an option. */
function allowsWord(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  if (/^[*?]/.test(pattern) && /^[-+]/.test(text)) return false;
  if (pattern === "*") return true;
  const names = text.split("/");
  const patterns = pattern.split("/");
  const isPlain = names.every((name, at) => !/^\.\.?$/.test(name) || patterns[at] === name);
  return (
    isPlain &&
    names.length === patterns.length &&
    names.every((name, at) => matches(patterns[at] ?? "", name))
  );
}

/** The last star is the only one to come back to, so no pattern takes longer than the two lengths multiplied. */
function matches(pattern: string, text: string): boolean {
  let at = 0;
  let inText = 0;
  let star = -1;
  let afterStar = 0;
  while (inText < text.length) {
    if (pattern[at] === "*") {
      star = at;
      at += 1;
      afterStar = inText;
    } else if (pattern[at] === "?" || pattern[at] === text[inText]) {
      at += 1;
      inText += 1;
    } else if (star >= 0) {
      at = star + 1;
      afterStar += 1;
      inText = afterStar;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

function hasOption(option: string, given: readonly string[]): boolean {
  if (given.some((word) => matches(option, word))) return true;
  if (option.startsWith("--")) {
    return given.some((word) => /^--[^=]/.test(word) && option.startsWith(word.replace(/=.*/s, "")));
  }
  const letters = given.filter((word) => /^-[^-]/.test(word)).join("");
  return (
    /^-[A-Za-z0-9]+$/.test(option) && Array.from(option.slice(1)).every((letter) => letters.includes(letter))
  );
}

function areInOrder(wanted: readonly string[], given: readonly string[]): boolean {
  let at = 0;
  for (const word of given) {
    const next = wanted[at];
    if (next !== undefined && matches(next, word)) at += 1;
  }
  return at >= wanted.length;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}
