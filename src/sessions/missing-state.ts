import { existsSync } from "node:fs";

import { sessionKey } from "../base/session-name.ts";
import { keptLogs } from "../state/kept-logs.ts";
import { restoreSocket } from "../tmux/lost-socket.ts";
import { serverProcesses } from "../tmux/server-processes.ts";
import type { Workplace } from "./workplace.ts";

type Place = Pick<Workplace, "tree" | "state">;

const maxNames = 20;

/** Whether tmux is worth asking, which would start a server where none runs. */
export async function mayHaveSessions({ tree: { tmuxSocket }, state }: Place): Promise<boolean> {
  if (state.read().size > 0 || state.setAside.length > 0 || existsSync(tmuxSocket)) return true;
  return (await restoreSocket(tmuxSocket)) !== undefined;
}

/** There is none, and this process has not set one aside, of which it tells more; the Python original's is no loss. */
export function isStateMissing({ tree: { stateFile }, state }: Place): boolean {
  return state.setAside.length === 0 && !existsSync(stateFile) && !existsSync(`${stateFile}.python`);
}

/** Where the state file is or was missing: the sessions that logs are kept of and that are not open, as far as is known. */
export function logsWithoutState({ tree, state }: Place): string[] {
  const open = state.read();
  const names = keptLogs(tree.logs).flatMap(({ name }) => (open.has(sessionKey(name)) ? [] : [name]));
  if (names.length === 0) return [];
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : "";
  const shown = names.slice(0, maxNames).join(", ");
  return [`state.json was missing; logs are kept of sessions that were closed or are lost: ${shown}${more}`];
}

/** As logsWithoutState, where there is no socket of tmux either: its server may run on, unseen. */
export async function tellMissingState(place: Place): Promise<string[]> {
  const told = isStateMissing(place) ? logsWithoutState(place) : [];
  if (told.length === 0) return [];
  const server = (await serverProcesses(place.tree.tmuxSocket)).find(({ isServer }) => isServer);
  if (server === undefined) return told;
  const { pid } = server;
  return [
    ...told,
    `the tmux server of these still runs without its socket; kill -USR1 ${pid} brings it back`,
  ];
}
