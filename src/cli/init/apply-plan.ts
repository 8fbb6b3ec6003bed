import { existsSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { readConfigFile } from "../../config/config-file.ts";
import { writeFileAtomically } from "../../platform/atomic-file.ts";
import { openHomeTree, type HomeTree } from "../../platform/home-tree.ts";
import type { Plan } from "./plan.ts";

/** Does what the plan says, but for the clients; `notes` are the texts by file. Throws CONFIG_INVALID, before any change, when config.yml was changed meanwhile. */
export function applyPlan(plan: Plan, tree: HomeTree, notes: ReadonlyMap<string, string>): void {
  if (plan.config !== undefined) checkUnchanged(tree.configFile, plan.config.before);
  openHomeTree(tree);
  for (const [file, text] of notes) writeNew(join(tree.info, file), text);
  if (plan.config !== undefined) replaceConfig(tree.configFile, plan.config);
}

/** The text of config.yml; undefined where there is none. Throws CONFIG_INVALID when it is open to others. */
export function readConfigText(path: string): string | undefined {
  return existsSync(path) ? readConfigFile(path).text : undefined;
}

export function checkUnchanged(path: string, before: string): void {
  if ((readConfigText(path) ?? "") === before) return;
  throw new UserError(
    "CONFIG_INVALID",
    `${path} was changed by someone else meanwhile; nothing was written`,
    "Run the same command again.",
  );
}

/** A link stays one: what it leads to is replaced, and keeps its mode. */
export function replaceConfig(
  path: string,
  { before, after, backup }: { before: string; after: string; backup?: string },
): void {
  if (backup === undefined) {
    writeFileAtomically(path, after);
    return;
  }
  writeFileAtomically(join(dirname(path), backup), before);
  const file = realpathSync(path);
  writeFileAtomically(file, after, { mode: statSync(file).mode & 0o777 });
}

/** Notes that someone wrote meanwhile stay. */
function writeNew(path: string, text: string): void {
  if (!existsSync(path)) writeFileSync(path, text, { mode: 0o600, flag: "wx" });
}
