import { createConfigSource } from "../../config/load-config.ts";
import { homeTree, openHomeTree, type HomeTree } from "../../platform/home-tree.ts";
import type { Gatehouse } from "../../policy/gatehouse.ts";
import { SecretBook } from "../../policy/secret-book.ts";
import type { Invocation } from "../command.ts";
import { openGatehouse } from "../open-gatehouse.ts";

/** For commands that need no session. Their records hide what the configuration names, without fetching any of it. */
export function gatehouseOf({ root, home, env }: Invocation): {
  readonly tree: HomeTree;
  readonly gatehouse: Gatehouse;
} {
  const tree = homeTree(root, process.getuid?.() ?? 0);
  openHomeTree(tree);
  const source = createConfigSource({ path: tree.configFile, home, root });
  const config = () => source.current();
  const secrets = new SecretBook({ env, childEnv: {} }, config);
  return { tree, gatehouse: openGatehouse(tree, { config, mask: () => secrets.mask(noOthers) }) };
}

const noOthers: readonly string[] = [];
