import { UserError } from "../../base/user-error.ts";
import { inspectConfig } from "../../config/inspect-config.ts";
import type { LoadedConfig } from "../../config/load-config.ts";
import { childEnvironment } from "../../platform/child-environment.ts";
import { homeTree, type HomeTree } from "../../platform/home-tree.ts";
import { trustedSearchPath } from "../../platform/programs.ts";
import { redactionFault } from "../../policy/mask.ts";
import type { Invocation } from "../command.ts";

/** What the checks look at. `config` is undefined where nothing of the file can be used; `env` is what children get. */
export type Place = {
  readonly tree: HomeTree;
  readonly home: string;
  readonly uid: number;
  readonly searchPath: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ownEnv: Readonly<Record<string, string | undefined>>;
  readonly config: LoadedConfig | UserError;
};

export function lookAround({ root, home, env }: Invocation): Place {
  const uid = process.getuid?.() ?? 0;
  const tree = homeTree(root, uid);
  const searchPath = trustedSearchPath(env["PATH"] ?? "", process.cwd());
  return {
    tree,
    home,
    uid,
    searchPath,
    env: childEnvironment(env, searchPath),
    ownEnv: env,
    config: readConfig(tree, home),
  };
}

function readConfig({ configFile, root }: HomeTree, home: string): LoadedConfig | UserError {
  try {
    return inspectConfig({ path: configFile, root, home }, redactionFault);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** The connections that can be opened. */
export function connectionsOf({ config }: Place) {
  if (config instanceof UserError) return [];
  return [...config.connections.values()].flatMap((entry) => ("config" in entry ? [entry.config] : []));
}
