import { join } from "node:path";

import { createConfigSource, type ConfigSource } from "../config/load-config.ts";
import { homeTree, openHomeTree, type HomeTree } from "../platform/home-tree.ts";
import type { Gatehouse } from "../policy/gatehouse.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { StateFile } from "../state/state-file.ts";
import type { Invocation } from "./command.ts";
import { composeSessions, type Programs } from "./compose-sessions.ts";
import { findPrograms } from "./find-programs.ts";
import { printable } from "./printable.ts";

export type AtHand = {
  readonly sessions: Sessions;
  readonly tree: HomeTree;
  readonly programs: Programs;
  readonly config: ConfigSource;
  readonly state: StateFile;
  readonly gatehouse: Gatehouse;
};

/** Runs `work` with all sessions of the tree, which stay when it is done. Throws what findPrograms and openHomeTree throw. */
export async function withSessions<T>(
  invocation: Invocation,
  work: (atHand: AtHand) => Promise<T>,
): Promise<T> {
  const { root, home, stderr } = invocation;
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const config = createConfigSource({ path: tree.configFile, home, root });
  const programs = findPrograms(invocation);
  const links = openHomeTree(tree);
  process.chdir(root);
  const log = (line: string) => stderr(`mcp-ssh-interactive: ${printable(line)}\n`);
  const state = new StateFile(tree.stateFile, join(tree.locks, "state"), log);
  const { sessions, gatehouse, close } = composeSessions({
    tree,
    links,
    home,
    programs,
    ownEnv: invocation.env,
    config,
    state,
    log,
  });
  try {
    return await work({ sessions, tree, programs, config, state, gatehouse });
  } finally {
    await close();
  }
}
