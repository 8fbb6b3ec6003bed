import { atLeast, type TmuxVersion } from "./version.ts";

type CommandName =
  | "bind-key"
  | "capture-pane"
  | "delete-buffer"
  | "display-message"
  | "display-popup"
  | "if-shell"
  | "kill-session"
  | "list-clients"
  | "list-panes"
  | "new-session"
  | "paste-buffer"
  | "pipe-pane"
  | "refresh-client"
  | "resize-window"
  | "respawn-pane"
  | "send-keys"
  | "set-buffer"
  | "set-option"
  | "set-window-option"
  | "start-server"
  | "switch-client"
  | "unbind-key";

/** A command as words, each taken by tmux exactly as it stands; `replies` is how many blocks control mode answers it with. */
export type TmuxCommand = {
  readonly words: readonly (string | TmuxCommand)[];
  readonly replies: number;
};

export function command(name: CommandName, ...words: readonly string[]): TmuxCommand {
  return { words: [name, ...words], replies: 1 };
}

/**
 * Runs `then` where `condition` (a format of ours) is true for `target`, otherwise `otherwise`, with nothing in
 * between. Must be the last on its line: a failing branch does not stop what follows, as other failures do.
 */
export function commandIf(
  target: string,
  condition: string,
  then: TmuxCommand,
  otherwise: TmuxCommand,
): TmuxCommand {
  return { words: ["if-shell", "-F", "-t", target, condition, then, otherwise], replies: 2 };
}

/**
 * Runs `then` where `condition` (a format of ours) is true for `target`, before what follows on the line; that is answered
 * by one block more. tmux up to 3.3a never frees what an if-shell has run (500 bytes [T]): what is asked at each command
 * is asked in this way, false as a rule.
 */
export function commandWhere(target: string, condition: string, then: TmuxCommand): TmuxCommand {
  return { words: ["if-shell", "-F", "-t", target, condition, then], replies: 1 };
}

/** One control line without its newline, for the version that the server has. */
export function renderLine(commands: readonly TmuxCommand[], version: TmuxVersion): string {
  return commands.map((each) => renderCommand(each, version)).join(" ; ");
}

/** The arguments of one invocation of the program: `;` stands alone, and no word ends in one unescaped. */
export function renderArguments(commands: readonly TmuxCommand[]): string[] {
  return commands.flatMap(({ words }, index) => {
    const plain = words.map((word) => {
      if (typeof word !== "string") throw new Error("a nested command has no place among arguments");
      return escapeFinalSemicolon(word);
    });
    return index === 0 ? plain : [";", ...plain];
  });
}

function renderCommand({ words }: TmuxCommand, version: TmuxVersion): string {
  return words
    .map((word) => quoteWord(typeof word === "string" ? word : renderCommand(word, version), version))
    .join(" ");
}

/**
 * `text` as one word of a control line. A backslash before a quote means different things to 2.6 and 3.0, hence
 * the change of quotes; up to 2.9 a `;` at the end of even a quoted word separates commands.
 */
export function quoteWord(text: string, version: TmuxVersion): string {
  if (!isTypable(text)) throw new Error("a word for tmux holds a control character or half a surrogate pair");
  if (/^[A-Za-z0-9_-]+$/.test(text)) return text;
  const escaped = atLeast(version, "3.0") ? text : escapeFinalSemicolon(text);
  return `'${escaped.replaceAll("'", `'"'"'`).replaceAll("\n", `'"\\n"'`)}'`;
}

/** Whether `text` reaches a pane as it stands: valid Unicode without control characters other than tab and newline. */
export function isTypable(text: string): boolean {
  return text.isWellFormed() && !/[^\P{Cc}\t\n]/u.test(text);
}

function escapeFinalSemicolon(word: string): string {
  return word.endsWith(";") ? `${word.slice(0, -1)}\\;` : word;
}
