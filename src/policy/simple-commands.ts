import {
  parse,
  type Assignment,
  type Command,
  type CommandArgument,
  type ParsedScript,
  type Redirection,
  type Statement,
  type Word,
  type WordPart,
} from "unbash";

import type { SeenWords } from "./command-rule.ts";
import { readingOf, runsFrom } from "./runs-others.ts";

/** `unclear`: in our own words, what keeps the line from being understood whole; the commands are those seen even so. */
export type SimpleCommands = {
  readonly commands: readonly SeenWords[];
  readonly unclear: string | undefined;
};

const maxChars = 32_768;
const maxDepth = 6;
const maxCommands = 2_000;
const maxTextWords = 40;
const maxRunWords = 100;
const maxSubstitutions = 100;
const steering =
  /^(?:PATH|IFS|ENV|BASH_ENV|BASH_CMDS|BASH_ALIASES|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|PS[0-4]|FPATH|FCEDIT|LD_.*|DYLD_.*)$/;

/** Every simple command of a line for bash and its kin, also those that other commands of it would run. */
export function findSimpleCommands(line: string, shell: string | undefined): SimpleCommands {
  const finder = new CommandFinder(shell);
  try {
    finder.readLine(line, 0);
  } catch {
    return { commands: [], unclear: "the parser gave up on it" };
  }
  return finder;
}

type Node = Statement["command"];

class CommandFinder implements SimpleCommands {
  readonly commands: SeenWords[] = [];
  unclear: string | undefined;
  readonly #shell: string | undefined;
  #depth = 0;

  constructor(shell: string | undefined) {
    this.#shell = shell;
  }

  readLine(line: string, depth: number): void {
    if (line.length > maxChars) return this.#give(`it is longer than ${maxChars} characters`);
    if (depth > maxDepth) return this.#give("text for shells within one another, too deep to follow");
    if (/[\p{C}\p{Z}]/u.test(line.replace(/[\n\t ]/g, "")))
      this.#give("a control character or an unusual blank");
    if (/^\s*\^|![^\s=]/m.test(line)) this.#give("what may stand for a line of the history");
    // What is nested deeply takes the parser seconds.
    if ((line.match(/[$<>]\(|`|\$\{/g) ?? []).length > maxSubstitutions)
      return this.#give("more substitutions than are followed");
    const before = this.#depth;
    this.#depth = depth;
    this.#script(parse(line));
    this.#depth = before;
  }

  #script({ commands, errors }: ParsedScript): void {
    if (errors !== undefined && errors.length > 0) this.#give("it is no whole line of shell");
    this.#statements(commands);
  }

  #give(why: string): void {
    this.unclear ??= why;
  }

  #statements(statements: readonly Statement[]): void {
    for (const { command } of statements) this.#node(command, false);
  }

  #node(node: Node, isFed: boolean): void {
    switch (node.type) {
      case "Command":
        return this.#command(node, isFed);
      case "Pipeline":
        return node.commands.forEach((command, at) => this.#node(command, isFed || at > 0));
      case "AndOr":
        return node.commands.forEach((command) => this.#node(command, isFed));
      case "Subshell":
      case "BraceGroup":
        if (isFed) this.#give("commands fed through a pipe as a group");
        return this.#statements(node.body.commands);
      case "If":
        this.#statements([...node.clause.commands, ...node.then.commands, ...(node.else?.commands ?? [])]);
        return node.elif.forEach(({ clause, then }) =>
          this.#statements([...clause.commands, ...then.commands]),
        );
      case "While":
        if (isFed) this.#give("commands fed through a pipe as a loop");
        return this.#statements([...node.clause.commands, ...node.body.commands]);
      case "For":
        for (const word of node.wordlist ?? []) this.#word(word);
        return this.#statements(node.body.commands);
      case "Redirected":
        this.#redirections(node.redirects);
        return this.#node(node.command, node.redirects.some(feeds));
      default:
        return this.#give("a form of the shell's language that is not followed here");
    }
  }

  #command(command: Command, isFed: boolean): void {
    for (const part of command.prefix) if (part.type === "Assignment") this.#assignment(part);
    this.#redirections(command.redirects);
    if (command.name === undefined) return;
    const words = [this.#word(command.name), ...command.args.map((word) => this.#argument(word))];
    this.#inspect(words, isFed || command.redirects.some(feeds));
    const from = runsFrom(nameOf(words) ?? "", words);
    if (from === undefined) return;
    if (words.length - from > maxRunWords) this.#give("a long line for a program that runs others");
    for (let at = from; at < Math.min(words.length, from + maxRunWords); at += 1)
      this.#inspect(words.slice(at), isFed);
  }

  #inspect(words: SeenWords, isFed: boolean): void {
    if (this.commands.length >= maxCommands) return this.#give("more commands than are followed");
    this.commands.push(words);
    const name = nameOf(words);
    if (name === undefined) return this.#give("a command whose name is known only when it runs");
    if (!/^[ -~]*$/.test(name)) return this.#give("a command's name that is not plain ASCII");
    const reading = readingOf(name, words, isFed);
    if (reading === "code that is not read here") this.#give("code for a program, which is not read here");
    if (reading === "shell text in its words") this.#shellText(words.slice(1));
  }

  /** Each word alone, and all from each on as one line, since which of them it is differs by program and options. */
  #shellText(words: SeenWords): void {
    if (words.length > maxTextWords) return this.#give("a long line for another shell");
    const known = words.filter((word) => word !== undefined);
    if (known.length < words.length) this.#give("text for a shell that is known only when it runs");
    for (const [at, word] of known.entries()) {
      if (/[^\w./:=+,@%-]/.test(word)) this.readLine(word, this.#depth + 1);
      if (at < known.length - 1 && !word.startsWith("-"))
        this.readLine(known.slice(at).join(" "), this.#depth + 1);
    }
  }

  #argument(word: CommandArgument): string | undefined {
    if (word.type === "Word") return this.#word(word);
    this.#assignment(word);
    return word.value.type === "Word" && word.value.parts === undefined ? word.text : undefined;
  }

  #assignment({ name, value, index }: Assignment): void {
    if (steering.test(name)) this.#give("a variable that decides what commands do");
    if (index !== undefined || value.type === "ArrayValue")
      return this.#give("an array, whose index is arithmetic");
    this.#word(value);
  }

  #redirections(redirections: readonly Redirection[]): void {
    for (const redirection of redirections) {
      if (redirection.type === "HereDoc") this.#parts(redirection.body.parts);
      else if (redirection.target !== undefined) this.#word(redirection.target);
    }
  }

  #word({ value, parts }: Word): string | undefined {
    return parts === undefined ? value : this.#parts(parts);
  }

  #parts(parts: readonly WordPart[] | undefined): string | undefined {
    const texts = (parts ?? []).map((part) => this.#part(part));
    return texts.every((text) => text !== undefined) ? texts.join("") : undefined;
  }

  #part(part: WordPart): string | undefined {
    switch (part.type) {
      case "Literal":
      case "SingleQuoted":
        return part.value;
      case "DoubleQuoted":
        return this.#parts(part.parts);
      case "AnsiCQuoted":
        if (this.#shell === "dash") this.#give("a quoting that not every shell knows");
        return part.value;
      case "CommandExpansion":
      case "ProcessSubstitution":
        if (part.script === undefined) this.#give("a substitution that cannot be read");
        else this.#script(part.script);
        return undefined;
      case "ParameterExpansion":
        return this.#parameter(part);
      case "Glob":
      case "SimpleExpansion":
        return undefined;
      default:
        this.#give("an expansion that is not followed here");
        return undefined;
    }
  }

  #parameter(part: Extract<WordPart, { type: "ParameterExpansion" }>): undefined {
    const { operation } = part;
    if (part.prefix === "!" || part.index !== undefined) this.#give("an expansion that is not followed here");
    if (operation?.type === "Default" || operation?.type === "Remove") this.#word(operation.operand);
    else if (operation !== undefined) this.#give("an expansion that is not followed here");
    return undefined;
  }
}

function feeds(redirection: Redirection): boolean {
  return redirection.type !== "Redirect" || redirection.operator.startsWith("<");
}

function nameOf(words: SeenWords): string | undefined {
  const path = words[0];
  // Where files' names know no case, /bin/RM is rm.
  return path?.slice(path.lastIndexOf("/") + 1).toLowerCase();
}
