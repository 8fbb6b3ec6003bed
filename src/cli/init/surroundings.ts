import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { checkFolder } from "../../config/config-file.ts";
import { connectionNames } from "../../config/edit-config.ts";
import { homeTree, type HomeTree } from "../../platform/home-tree.ts";
import { listHostAliases } from "../../ssh/host-aliases.ts";
import { countAgentKeys, listPrivateKeys, type PrivateKey } from "../../ssh/private-keys.ts";
import type { Invocation } from "../command.ts";
import type { Programs } from "../compose-sessions.ts";
import { readConfigText } from "./apply-plan.ts";
import type { Found } from "./plan.ts";
import { shortPath } from "./render-plan.ts";

/** What the wizard meets: the tree as it is, and what ssh has. */
export type Met = {
  readonly tree: HomeTree;
  readonly found: Found;
  readonly taken: ReadonlySet<string>;
  /** All of ssh_config, those in config.yml too. */
  readonly aliases: readonly string[];
  readonly keys: readonly PrivateKey[];
  readonly encryptedKeys: ReadonlySet<string>;
  readonly agentKeys: number | undefined;
};

/** Changes nothing. Throws CONFIG_INVALID for a tree or config.yml that cannot be used as it is. */
export async function meet({ root, home }: Invocation, { ssh, env }: Programs, now: Date): Promise<Met> {
  const found = lookAtTree(root, home, now);
  const keys = listPrivateKeys(join(home, ".ssh"));
  const locked = keys.filter(({ encrypted }) => encrypted);
  return {
    tree: homeTree(root, process.getuid?.() ?? 0),
    found,
    taken: new Set(connectionNames(found.config)),
    aliases: listHostAliases(join(home, ".ssh", "config"), home),
    keys,
    encryptedKeys: new Set(locked.flatMap(({ path }) => [path, shortPath(path, home)])),
    agentKeys: await countAgentKeys(ssh, env),
  };
}

export function lookAtTree(root: string, home: string, now: Date): Found {
  const tree = homeTree(root, process.getuid?.() ?? 0);
  checkFolder(root);
  const text = readConfigText(tree.configFile);
  return {
    config: { text: text ?? "", path: tree.configFile, folders: { home, root } },
    configExists: text !== undefined,
    treeExists: lstatSync(root, { throwIfNoEntry: false }) !== undefined,
    infoFiles: new Set(namesIn(tree.info)),
    stamp: stampOf(now),
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** 20261122-143005, in UTC. */
function stampOf(now: Date): string {
  return now.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}
