import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { sessionKey } from "../base/session-name.ts";
import { removeFileLock } from "../platform/file-lock.ts";
import type { HomeTree } from "../platform/home-tree.ts";
import { servingProcesses } from "../policy/serving-mark.ts";
import { keptLogs } from "../state/kept-logs.ts";
import type { StateFile } from "../state/state-file.ts";

const dayMs = 86_400_000;
const sessionLock = /^(?<key>.+)\.(?:open|input)$/;
const slotLock = /^connect-[0-9a-f]{12}-\d+$/;
const halfWritten = /\.[0-9a-f]{12}\.tmp$/;
const unreadState = /^state\.json\.corrupt-/;

/**
 * Removes what would gather over the years: locks that nobody has taken for long, of sessions of which nothing is left;
 * notes and half-written files of processes that were killed; state files set aside before `oldestMs` (since 1970).
 */
export function sweepLeftovers(
  { tree, state }: { readonly tree: HomeTree; readonly state: StateFile },
  oldestMs: number,
): void {
  const yesterdayMs = Date.now() - dayMs;
  const kept = new Set([...state.read().keys(), ...keptLogs(tree.logs).map(({ name }) => sessionKey(name))]);
  const isIdle = (name: string) => {
    const key = sessionLock.exec(name)?.groups?.["key"];
    return key === undefined ? slotLock.test(name) : !kept.has(key);
  };
  for (const path of oldFiles(tree.locks, isIdle, yesterdayMs)) removeFileLock(path);
  servingProcesses(tree.locks);
  const written = new Set([tree.root, tree.runtime, tree.logs, tree.locks, tree.approvals, tree.mux]);
  for (const folder of written)
    for (const path of oldFiles(folder, (name) => halfWritten.test(name), yesterdayMs)) rmSync(path);
  for (const path of oldFiles(tree.root, (name) => unreadState.test(name), oldestMs)) rmSync(path);
}

/** Files of the folder that were last changed before `beforeMs`. */
function oldFiles(folder: string, isWanted: (name: string) => boolean, beforeMs: number): string[] {
  return readdirSync(folder)
    .filter(isWanted)
    .map((name) => join(folder, name))
    .filter((path) => {
      const facts = lstatSync(path, { throwIfNoEntry: false });
      return facts?.isFile() === true && facts.mtimeMs < beforeMs;
    });
}
