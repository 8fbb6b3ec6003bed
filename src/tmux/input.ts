import { randomBytes } from "node:crypto";

import type { Reply } from "./control-client.ts";
import type { TmuxServer } from "./server.ts";
import { targetOf, tmuxSessionName } from "./target.ts";
import { atLeast } from "./version.ts";
import { command, commandIf, type TmuxCommand } from "./words.ts";

/** `in_mode`: a human is in copy mode there, so nothing was typed. `gone`: there is no such session, or its pane is dead. */
export type Typed = "typed" | "in_mode" | "gone";

const namedKeys =
  "BSpace|BTab|DC|Delete|Down|End|Enter|Escape|F[1-9]|F1[0-2]|Home|IC|Insert|Left|NPage|PageDown|PageUp|PPage|Right|Space|Tab|Up";
const keyPattern = new RegExp(String.raw`^(?:[CMS]-){0,3}(?:[A-Za-z0-9\\@^_\[\]/?.,-]|${namedKeys})$`);

const stateFormat = "#{session_name} #{pane_dead} #{?pane_in_mode,1,0}";
const freeFormat = "#{?pane_dead,0,#{?pane_in_mode,0,1}}";

/** Whether `key` is a key as tmux names them, on every version: C-c, M-x, Enter, Up, F5 … */
export function isKeyName(key: string): boolean {
  return keyPattern.test(key);
}

/**
 * Types `text` (see isTypable) without its being in any process's arguments, between bracketed-paste marks if
 * `bracketed` and the program asked for them. Presses no key.
 */
export async function pasteText(
  server: TmuxServer,
  name: string,
  text: string,
  options: { readonly bracketed: boolean },
): Promise<Typed> {
  const target = targetOf(name);
  const buffer = `mcp-${randomBytes(8).toString("hex")}`;
  const flags = [
    "-d",
    "-r",
    ...(options.bracketed ? ["-p"] : []),
    ...(atLeast(server.version, "3.7") ? ["-S"] : []),
  ];
  const discard = command("delete-buffer", "-b", buffer);
  const replies = await server.run([
    command("set-buffer", "-b", buffer, "--", text),
    command("display-message", "-p", "-t", target, stateFormat),
    commandIf(target, freeFormat, command("paste-buffer", ...flags, "-b", buffer, "-t", target), discard),
  ]);
  const typed = outcome(name, replies[1], replies.at(-1));
  if (typed === "gone") await server.run([discard]);
  return typed;
}

/** Presses the keys one after the other. Throws when one of them is no key name. */
export async function sendKeys(server: TmuxServer, name: string, keys: readonly string[]): Promise<Typed> {
  const target = targetOf(name);
  const unknown = keys.find((key) => !isKeyName(key));
  if (unknown !== undefined || keys.length === 0)
    throw new Error(`not a key of tmux: ${JSON.stringify(unknown ?? keys)}`);
  const replies = await server.run([
    command("display-message", "-p", "-t", target, stateFormat),
    commandIf(target, freeFormat, command("send-keys", "-t", target, "--", ...keys), nothing(target)),
  ]);
  return outcome(name, replies[0], replies.at(-1));
}

function nothing(target: string): TmuxCommand {
  return command("display-message", "-p", "-t", target, "");
}

function outcome(name: string, state: Reply | undefined, last: Reply | undefined): Typed {
  const [tmuxName, dead, inMode] = state?.lines[0]?.split(" ") ?? [];
  if (last?.ok !== true || tmuxName !== tmuxSessionName(name) || dead !== "0") return "gone";
  return inMode === "0" ? "typed" : "in_mode";
}
