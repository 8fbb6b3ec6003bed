import { nearestName } from "../base/nearest-name.ts";
import type { Command, CommandEntry } from "./command.ts";
import { commands, helpEntry, serveCommand } from "./commands.ts";
import { UsageError } from "./usage-error.ts";

/** `root` is the operand of --home as it was given. `help` without a command is the program's own. */
export type ParsedArguments =
  | { readonly kind: "version" }
  | { readonly kind: "manual" }
  | { readonly kind: "help"; readonly command: CommandEntry | undefined }
  | {
      readonly kind: "run";
      readonly command: Command;
      readonly words: readonly string[];
      readonly flags: ReadonlySet<string>;
      readonly values: ReadonlyMap<string, string>;
      readonly root: string | undefined;
    };

const commonFlagNames = ["--help", "--version", "--no-color"];

/** Throws UsageError. */
export function parseArguments(args: readonly string[]): ParsedArguments {
  const { words, flags, values, root } = split(args);
  const [name, ...rest] = words;
  if (flags.has("--version")) return { kind: "version" };
  if (name === "help") {
    requireKnown([...flags, ...values.keys()], helpEntry);
    requireAtMost(flags.has("--man") ? 0 : helpEntry.maxWords, rest, helpEntry.usage);
    if (flags.has("--man")) return { kind: "manual" };
    return { kind: "help", command: findEntry(rest[0]) };
  }
  const command = name === undefined ? serveCommand : findCommand(name);
  if (flags.has("--help")) return { kind: "help", command: name === undefined ? undefined : command };
  requireKnown([...flags, ...values.keys()], command);
  requireAtMost(command.maxWords, rest, command.usage);
  if (rest.length < (command.minWords ?? 0))
    throw new UsageError(`${command.name} needs a name; usage: ${command.usage}`);
  return { kind: "run", command, words: rest, flags, values, root };
}

function split(args: readonly string[]) {
  const words: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string>();
  let root: string | undefined;
  const given = [...args];
  const valueFlags = flagsWithValue();
  for (let argument = given.shift(); argument !== undefined; argument = given.shift()) {
    const [flag, value] = splitFlag(argument);
    if (argument === "--") words.push(...given.splice(0));
    else if (!argument.startsWith("-") || argument === "-") words.push(argument);
    else if (flag === "--home") root = requireFolder(value ?? given.shift());
    else if (valueFlags.has(flag)) values.set(flag, requireValue(flag, value ?? given.shift()));
    else if (value !== undefined) throw new UsageError(`${flag} takes no value`);
    else flags.add(flag === "-h" ? "--help" : flag);
  }
  return { words, flags, values, root };
}

/** Of any command: those that stand with a word behind them in its table. */
function flagsWithValue(): ReadonlySet<string> {
  const named = commands.flatMap(({ flags }) => Object.keys(flags));
  return new Set(named.filter((flag) => flag.includes(" ")).map(flagName));
}

function flagName(flag: string): string {
  return flag.split(" ")[0] ?? flag;
}

function splitFlag(argument: string): [flag: string, value?: string] {
  const at = argument.indexOf("=");
  return at === -1 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
}

function requireFolder(value: string | undefined): string {
  if (value === undefined || value === "") throw new UsageError("--home needs a folder");
  return value;
}

function requireValue(flag: string, value: string | undefined): string {
  if (value === undefined || value === "") throw new UsageError(`${flag} needs a value`);
  return value;
}

function requireKnown(flags: readonly string[], command: CommandEntry): void {
  const known = [...commonFlagNames, ...Object.keys(command.flags).map(flagName)];
  const unknown = flags.find((flag) => !known.includes(flag));
  if (unknown === undefined) return;
  throw new UsageError(`unknown flag ${unknown}${suggestion(unknown, [...known, "--home"])}`);
}

function requireAtMost(count: number, words: readonly string[], usage: string): void {
  if (words.length > count)
    throw new UsageError(`unexpected ${JSON.stringify(words[count])}; usage: ${usage}`);
}

function findEntry(name: string | undefined): CommandEntry | undefined {
  if (name === undefined) return undefined;
  return name === helpEntry.name ? helpEntry : findCommand(name);
}

function findCommand(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commands.map((candidate) => candidate.name);
  throw new UsageError(
    `unknown command ${JSON.stringify(name)}${suggestion(name, [...names, helpEntry.name])}`,
  );
}

function suggestion(word: string, candidates: readonly string[]): string {
  const nearest = nearestName(word, candidates);
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}
