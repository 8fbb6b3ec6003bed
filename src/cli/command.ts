/** What a command is run with. `root` is the tree, by default ~/.mcp-ssh-interactive; `words` are its operands. */
export type Invocation = {
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  /** Of the flags that take a word. */
  readonly values: ReadonlyMap<string, string>;
  readonly root: string;
  readonly home: string;
  readonly color: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string | Uint8Array) => void;
  readonly stderr: (text: string) => void;
};

/** Resolves to the process's exit code; UserErrors may be thrown. */
export type RunCommand = (invocation: Invocation) => Promise<number>;

/** What the operands of a command name, for completion; a `log` is a session, open or closed. */
export type WordKind =
  | "session"
  | "log"
  | "approval"
  | "connection"
  | "client"
  | "file"
  | "shell"
  | "command";

/** What is told of a command. `flags` are its own, besides the common ones; `--since TIME` takes a word. */
export type CommandEntry = {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly minWords?: number;
  readonly maxWords: number;
  readonly words?: WordKind;
};

/** `load` imports what only this command needs. */
export type Command = CommandEntry & { readonly load: () => Promise<RunCommand> };

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  configuration: 3,
  programs: 4,
  interrupted: 130,
} as const;

/** What each exit code says, for the help. */
export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.done, "done"],
  [exitCodes.failed, "found faults or failed"],
  [exitCodes.usage, "wrong usage"],
  [exitCodes.configuration, "configuration missing or invalid"],
  [exitCodes.programs, "tmux or ssh missing or too old"],
  [exitCodes.interrupted, "interrupted"],
];
