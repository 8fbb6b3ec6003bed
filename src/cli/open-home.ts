import { join } from "node:path";

import { createConfigSource } from "../config/load-config.ts";
import { homeTree, openHomeTree } from "../platform/home-tree.ts";
import { MemoryBound } from "../platform/memory-bound.ts";
import { StateFile } from "../state/state-file.ts";
import type { Invocation } from "./command.ts";
import type { SessionParts } from "./compose-sessions.ts";
import { findPrograms } from "./find-programs.ts";

/** What sessions are composed of. Our tree is there then, and the working folder. Throws what findPrograms and openHomeTree throw. */
export function openHome(invocation: Invocation, log: (line: string) => void): SessionParts {
  const { root, home, env } = invocation;
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const programs = findPrograms(invocation);
  const links = openHomeTree(tree);
  process.chdir(root);
  return {
    tree,
    links,
    home,
    programs,
    ownEnv: env,
    config: createConfigSource({ path: tree.configFile, home, root }),
    state: new StateFile(tree.stateFile, join(tree.locks, "state"), log),
    memory: new MemoryBound(),
    log,
  };
}
