import { randomBytes } from "node:crypto";

import type { Reply } from "./control-client.ts";
import type { TmuxServer } from "./server.ts";
import { targetOf, tmuxSessionName } from "./target.ts";
import { atLeast } from "./version.ts";
import { command, commandWhere } from "./words.ts";

/** `in_mode`: a human is in copy mode there, so nothing was typed. `gone`: there is no such session, or its pane is dead. */
export type Typed = "typed" | "in_mode" | "gone";

const namedKeys =
  "BSpace|BTab|DC|Delete|Down|End|Enter|Escape|F[1-9]|F1[0-2]|Home|IC|Insert|Left|NPage|PageDown|PageUp|PPage|Right|Space|Tab|Up";
const keyPattern = new RegExp(String.raw`^(?:[CMS]-){0,3}(?:[A-Za-z0-9\\@^_\[\]/?.,-]|${namedKeys})$`);

const stateFormat = "#{session_name} #{pane_dead} #{?pane_in_mode,1,0}";
const takenFormat = "#{?pane_dead,1,#{?pane_in_mode,1,0}}";

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
    commandWhere(target, takenFormat, discard),
    command("paste-buffer", ...flags, "-b", buffer, "-t", target),
    // In the place of the block that a taken pane adds before the paste fails.
    command("display-message", "-p", ""),
  ]);
  const typed = outcome(name, replies);
  if (typed === "gone") await server.run([discard]);
  return typed;
}

/** Presses the keys one after the other. Throws when one of them is no key name. */
export async function sendKeys(server: TmuxServer, name: string, keys: readonly string[]): Promise<Typed> {
  const target = targetOf(name);
  const unknown = keys.find((key) => !isKeyName(key));
  if (unknown !== undefined || keys.length === 0)
    throw new Error(`not a key of tmux: ${JSON.stringify(unknown ?? keys)}`);
  // Stands for the pane's being free: where it is gone, taking it away fails, and nothing is pressed.
  const token = `mcp-${randomBytes(8).toString("hex")}`;
  const discard = command("delete-buffer", "-b", token);
  const replies = await server.run([
    command("set-buffer", "-b", token, "--", "free"),
    command("display-message", "-p", "-t", target, stateFormat),
    commandWhere(target, takenFormat, discard),
    discard,
    command("send-keys", "-t", target, "--", ...keys),
  ]);
  const typed = outcome(name, replies);
  if (typed === "gone") await server.run([discard]);
  return typed;
}

function outcome(name: string, replies: readonly Reply[]): Typed {
  const [tmuxName, dead, inMode] = replies[1]?.lines[0]?.split(" ") ?? [];
  if (tmuxName !== tmuxSessionName(name) || dead !== "0") return "gone";
  if (inMode !== "0") return "in_mode";
  return replies.at(-1)?.ok === true ? "typed" : "gone";
}
