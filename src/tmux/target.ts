import { isSessionName } from "../base/session-name.ts";

const prefix = "mcp-";

/** The name that tmux knows our session `name` by. Throws when `name` is no name of a session. */
export function tmuxSessionName(name: string): string {
  if (!isSessionName(name)) throw new Error(`not a session's name: ${JSON.stringify(name)}`);
  return `${prefix}${name}`;
}

/** The inverse; undefined for a session that is none of ours. */
export function sessionNameOf(tmuxName: string): string | undefined {
  const name = tmuxName.slice(prefix.length);
  return tmuxName.startsWith(prefix) && isSessionName(name) ? name : undefined;
}

/** The session's only window and pane, matched whole. */
export function targetOf(name: string): string {
  return `=${tmuxSessionName(name)}:`;
}
