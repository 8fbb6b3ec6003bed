import { createConfigSource } from "../../config/load-config.ts";
import { homeTree, openHomeTree, type HomeTree } from "../../platform/home-tree.ts";
import type { Gatehouse } from "../../policy/gatehouse.ts";
import { createMask } from "../../policy/mask.ts";
import type { Invocation } from "../command.ts";
import { openGatehouse } from "../open-gatehouse.ts";

/** For commands that need no session. */
export function gatehouseOf({ root, home }: Invocation): {
  readonly tree: HomeTree;
  readonly gatehouse: Gatehouse;
} {
  const tree = homeTree(root, process.getuid?.() ?? 0);
  openHomeTree(tree);
  const config = createConfigSource({ path: tree.configFile, home, root });
  const mask = async () => createMask(config.current().plainSecrets, []);
  return { tree, gatehouse: openGatehouse(tree, { config: () => config.current(), mask }) };
}
