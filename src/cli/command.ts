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

/** `load` imports what only this command needs. `flags` are its own, besides the common ones; `--since TIME` takes a word. */
export type Command = {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly minWords?: number;
  readonly maxWords: number;
  readonly load: () => Promise<RunCommand>;
};

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  configuration: 3,
  programs: 4,
  interrupted: 130,
} as const;
