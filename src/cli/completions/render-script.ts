import { shellWord } from "../../base/shell-word.ts";
import type { CommandEntry } from "../command.ts";
import bash from "./bash.bash" with { type: "text" };
import fish from "./fish.fish" with { type: "text" };
import zsh from "./zsh.zsh" with { type: "text" };

export type CommandTable = {
  readonly entries: readonly CommandEntry[];
  readonly commonFlags: Readonly<Record<string, string>>;
};

type Flag = {
  readonly name: string;
  readonly value: "folder" | "file" | "word" | undefined;
  readonly meaning: string;
};

/** `program` is what starts this program, as words of a shell. */
export function renderBash(table: CommandTable, program: string): string {
  const { entries } = table;
  const rows = caseRows(table, (flags) => `flags=${ansiWord(flags.map(({ name }) => name))}`);
  return fill(bash, table, {
    PROGRAM: program,
    TABLE: rows,
    COMMANDS: ansiWord(entries.map(({ name }) => name)),
  });
}

/** As renderBash. */
export function renderZsh(table: CommandTable, program: string): string {
  const { entries } = table;
  const rows = caseRows(table, (flags) => `flags=(${flags.map(described).join(" ")})`);
  const names = entries.map(({ name, summary }) => described({ name, meaning: summary }));
  return fill(zsh, table, { PROGRAM: program, TABLE: rows, COMMANDS: names.join(" ") });
}

/** As renderBash. */
export function renderFish(table: CommandTable, program: string): string {
  const { entries, commonFlags } = table;
  const rows = [
    ...flagsOf(commonFlags).map((flag) => fishRow(fishFlag(flag))),
    ...entries.flatMap((entry) => [
      fishRow(`-n '__mcp_ssh_interactive_at ""' -a ${entry.name} -d ${fishWord(entry.summary)}`),
      ...flagsOf(entry.flags).map((flag) => fishRow(`${fishAt(entry.name)} ${fishFlag(flag)}`)),
      ...fishWords(entry, entries),
    ]),
  ];
  return fill(fish, table, { PROGRAM: program, TABLE: rows.join("\n") });
}

function fill(
  script: string,
  { entries, commonFlags }: CommandTable,
  values: Readonly<Record<string, string>>,
): string {
  const flags = [commonFlags, ...entries.map((entry) => entry.flags)].flatMap(flagsOf);
  const alternatives = (kinds: readonly Flag["value"][], separator: string) => {
    const names = flags.filter(({ value }) => kinds.includes(value)).map(({ name }) => name);
    return [...new Set(names)].join(separator);
  };
  const separator = script === fish ? " " : " | ";
  const all: Readonly<Record<string, string>> = {
    ...values,
    VALUE_FLAGS: alternatives(["folder", "file", "word"], separator),
    FOLDER_FLAGS: alternatives(["folder"], separator),
    FILE_FLAGS: alternatives(["file"], separator),
  };
  return script.replaceAll(/@([A-Z_]+)@/g, (place, name: string) => all[name] ?? place);
}

/** The rows of a `case` over the command, which is empty before it is given. */
function caseRows(
  { entries, commonFlags }: CommandTable,
  assignFlags: (flags: readonly Flag[]) => string,
): string {
  const row = (name: string, flags: readonly Flag[], kind: string, most: number) =>
    `      ${name}) ${assignFlags(flags)} kind=${kind} most=${Number.isFinite(most) ? most : 9999} ;;`;
  const common = flagsOf(commonFlags);
  return [
    row("''", common, "command", 1),
    ...entries.map(({ name, flags, words = "''", maxWords }) =>
      row(name, [...flagsOf(flags), ...common], words, maxWords),
    ),
  ].join("\n");
}

function flagsOf(flags: Readonly<Record<string, string>>): Flag[] {
  return Object.entries(flags).map(([usage, meaning]) => {
    const [name = "", word] = usage.split(" ");
    return { name, meaning, value: valueOf(word) };
  });
}

function valueOf(word: string | undefined): Flag["value"] {
  if (word === undefined) return undefined;
  if (word === "DIR") return "folder";
  return word === "PATH" ? "file" : "word";
}

/** Lines as one word of bash. */
function ansiWord(lines: readonly string[]): string {
  return `$'${lines.join("\\n")}'`;
}

/** For zsh's _describe, to which a colon ends the name. */
function described({ name, meaning }: Pick<Flag, "name" | "meaning">): string {
  return shellWord(`${name}:${meaning}`);
}

function fishRow(rest: string): string {
  return `complete -c mcp-ssh-interactive ${rest}`;
}

function fishFlag({ name, value, meaning }: Flag): string {
  const words = `-l ${name.slice(2)} -d ${fishWord(meaning)}`;
  switch (value) {
    case undefined:
      return words;
    case "folder":
      return `${words} -x -a '(__fish_complete_directories)'`;
    case "file":
      return `${words} -r -F`;
    case "word":
      return `${words} -x`;
  }
}

function fishAt(name: string, maxWords = ""): string {
  return `-n '__mcp_ssh_interactive_at ${name} ${maxWords}'`;
}

function fishWords({ name, words, maxWords }: CommandEntry, entries: readonly CommandEntry[]): string[] {
  if (words === undefined) return [];
  const at = fishAt(name, Number.isFinite(maxWords) ? String(maxWords) : "");
  switch (words) {
    case "file":
      return [fishRow(`${at} -F`)];
    case "command":
      return [fishRow(`${at} -a ${fishWord(entries.map((entry) => entry.name).join(" "))}`)];
    case "shell":
      return [fishRow(`${at} -a 'bash zsh fish'`)];
    default:
      return [fishRow(`${at} -a '(__mcp_ssh_interactive_names ${words})'`)];
  }
}

function fishWord(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
