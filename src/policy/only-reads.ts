import { opensDevice } from "./device-path.ts";
import { fileReaders } from "./file-readers.ts";
import { machineReaders } from "./machine-readers.ts";
import { nameWord } from "./name-word.ts";
import type { PlainCommand, PlainWord } from "./plain-line.ts";
import type { Reader } from "./reader.ts";
import { serviceReaders } from "./service-readers.ts";

const tables = [fileReaders, machineReaders, serviceReaders];
const systemFolder = /^(?:\/usr)?\/s?bin\/(?=[^/]+$)/;

/** Runners of another command that change nothing about it: how many words stand before it, where that can be told. */
const runners: Readonly<Record<string, (words: readonly string[]) => number | undefined>> = {
  command: () => 1,
  nice: ([, option, count]) =>
    option === "-n" ? (/^\d+$/.test(count ?? "") ? 3 : undefined) : /^-\d+$/.test(option ?? "") ? 2 : 1,
  time: ([, option]) => (option === "-p" ? 2 : 1),
  timeout: ([, duration]) => (/^[0-9.]+[smhd]?$/.test(duration ?? "") ? 2 : undefined),
};

/** Why the command may do more than read, in our own words; undefined when it only reads. */
export function whyItMayChange(command: PlainCommand): string | undefined {
  const inner = withoutRunners(command);
  const [first, ...words] = inner;
  if (first === undefined) return "a command that would run another one names none";
  const shown = nameWord(first.text);
  if (first.quoted || !first.fixed) return "a command's name is not written out plainly";
  const name = first.text.replace(systemFolder, "");
  if (isLookUp(name, inner)) return undefined;
  const reader = tables.find((table) => Object.hasOwn(table, name))?.[name];
  if (reader === undefined) return `${shown} is not among the commands that only read`;
  if (reader.operands === "anything") return undefined;
  return new WordCheck(shown, reader).check(words);
}

function isLookUp(name: string, [, option, ...names]: PlainCommand): boolean {
  return (
    name === "command" &&
    (option?.text === "-v" || option?.text === "-V") &&
    names.every(({ text, fixed }) => fixed && /^\w[\w.+-]*$/.test(text))
  );
}

function withoutRunners(command: PlainCommand): PlainCommand {
  let words = command;
  for (;;) {
    const name = words[0];
    if (name === undefined || name.quoted || !name.fixed || !Object.hasOwn(runners, name.text)) return words;
    const count = runners[name.text]?.(words.map(({ text, fixed }) => (fixed ? text : "")));
    if (count === undefined || words[count]?.text.startsWith("-") === true) return words;
    words = words.slice(count);
  }
}

/** One pass over a command's words, along its reader and those of its verbs. */
class WordCheck {
  readonly #name: string;
  readonly #chain: Reader[];
  readonly #seen = new Set<string>();
  #operands = 0;
  #optionsOver = false;

  constructor(name: string, reader: Reader) {
    this.#name = name;
    this.#chain = [reader];
  }

  check(words: PlainCommand): string | undefined {
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at];
      if (word === undefined) break;
      const fault = this.#checkWord(word, words[at + 1]);
      if (typeof fault === "string") return fault;
      at += fault;
    }
    const needed = this.#chain
      .flatMap(({ needs }) => needs ?? [])
      .filter((option) => !this.#seen.has(option));
    return needed.length === 0 ? undefined : `${this.#name} only reads with ${needed.join(", ")}`;
  }

  /** A fault, or how many of the following words went with this one. */
  #checkWord(word: PlainWord, next: PlainWord | undefined): string | number {
    if (this.#opensDevice(word)) return `${this.#name} could open a device, which may act on being read`;
    const { text } = word;
    if (!text.startsWith("-") || text === "-") return this.#operand(word) ?? 0;
    if (this.#optionsOver) return this.#refused(word);
    if (text === "--") {
      if (this.#last.words !== undefined) return this.#refused(word);
      this.#optionsOver = true;
      return 0;
    }
    const takes = text.startsWith("--") ? this.#long(word) : this.#short(word);
    if (takes === undefined) return this.#refused(word);
    if (takes === 0) return 0;
    return this.#isValue(next) ? 1 : `${this.#name} ${nameWord(text)} wants a value that is written out`;
  }

  get #last(): Reader {
    return this.#chain.at(-1) ?? {};
  }

  #opensDevice({ text }: PlainWord): boolean {
    if (this.#chain.some(({ opensNothing }) => opensNothing === true)) return false;
    return opensDevice(text) || opensDevice(text.slice(text.indexOf("=") + 1));
  }

  #refused({ text, fixed, hasPattern }: PlainWord): string {
    if (!fixed)
      return `${hasPattern ? "a pattern" : "a variable"} could become an option or another word of ${this.#name}`;
    return `${nameWord(text)} is not among the words with which ${this.#name} only reads`;
  }

  #long(word: PlainWord): number | undefined {
    const [, name = "", equals] = /^--([a-z0-9-]+)(=.*)?$/s.exec(word.text) ?? [];
    // What a pattern after = expands to begins with the same option.
    if (!word.fixed && (equals === undefined || word.hasVariable)) return undefined;
    const spelling = this.#chain
      .flatMap(({ long }) => long?.split(" ") ?? [])
      .find((option) => option.replace(/\[?=\]?$/, "") === name);
    if (spelling === undefined) return undefined;
    this.#seen.add(`--${name}`);
    if (spelling.endsWith("[=]")) return 0;
    if (spelling.endsWith("=")) return equals === undefined ? 1 : 0;
    return equals === undefined ? 0 : undefined;
  }

  #short(word: PlainWord): number | undefined {
    if (!word.fixed) return undefined;
    const body = word.text.slice(1);
    const whole = new Set(this.#chain.flatMap(({ words }) => words?.split(" ") ?? []));
    if (whole.has(body)) return 0;
    if (whole.has(`${body}=`)) return 1;
    if (/^\d+$/.test(body) && this.#chain.some(({ numbers }) => numbers === true)) return 0;
    for (const [at, letter] of [...body].entries()) {
      this.#seen.add(`-${letter}`);
      if (this.#has("values", letter)) return at === body.length - 1 ? 1 : 0;
      if (this.#has("optional", letter)) return 0;
      if (!this.#has("flags", letter)) return undefined;
    }
    return 0;
  }

  #has(kind: "flags" | "values" | "optional", letter: string): boolean {
    return this.#chain.some((reader) => reader[kind]?.includes(letter) === true);
  }

  #isValue(word: PlainWord | undefined): boolean {
    return (
      word !== undefined &&
      word.fixed &&
      !this.#opensDevice(word) &&
      /^(?:[^-]|-\d+[A-Za-z]?$|-$|$)/s.test(word.text)
    );
  }

  #operand(word: PlainWord): string | undefined {
    const { operands, most, verbs, optionsFirst } = this.#last;
    if (verbs !== undefined) {
      const verb = word.fixed && Object.hasOwn(verbs, word.text) ? verbs[word.text] : undefined;
      if (verb === undefined) return this.#refused(word);
      this.#chain.push(verb);
      return undefined;
    }
    this.#operands += 1;
    if (optionsFirst === true) this.#optionsOver = true;
    const isTaken =
      operands === "files"
        ? isFile(word, this.#last)
        : operands === "words"
          ? word.fixed && !word.text.startsWith("+")
          : operands instanceof RegExp && word.fixed && operands.test(word.text);
    return isTaken && this.#operands <= (most ?? Infinity) ? undefined : this.#refused(word);
  }
}

/**
 * A pattern and a variable may become any word, so what stands before them must keep it from being an option; and a
 * variable may lead anywhere, so a file that is opened has none but the home and the folder.
 */
function isFile({ text, fixed, hasVariable, splits }: PlainWord, { opensNothing, words }: Reader): boolean {
  if (splits) return false;
  if (fixed) return !(words === undefined ? /^\+/ : /^[+(),!]/).test(text);
  const rest = text.replace(/^\$(?:HOME|PWD)(?=\/|$)/, "/");
  if (hasVariable && rest.includes("$") && opensNothing !== true) return false;
  return /^(?:[A-Za-z0-9_/.]|~(?:\/|$))/.test(rest);
}
