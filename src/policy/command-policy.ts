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

/**
 * `command` is what would be typed, of one line or several; `shell` is its level's name in state.json, undefined where
 * none is known. Never throws.
 */
export function judgeCommand(command: string, shell: string | undefined, policy: Policy): Verdict {
  void command;
  void shell;
  return unclear(policy);
}

/** The same for text and keys given to what waits at `place`. */
export function judgeInput(input: TypedInput, place: InputPlace, policy: Policy): Verdict {
  void input;
  void place;
  return unclear(policy);
}

function unclear({ mode, deny }: Policy): Verdict {
  const kind =
    mode === "read-only" ? "deny" : mode === "confirm" || deny.length > 0 ? "ask" : "allow";
  return { kind, class: "unclear", rule: "commands are not read yet" };
}
