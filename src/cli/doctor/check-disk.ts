import { existsSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { removeFileLock } from "../../platform/file-lock.ts";
import type { Finding } from "./finding.ts";
import type { Place } from "./place.ts";

const name = "disk";
const leastMb = 64;
const leastFiles = 100;
const roomySessions = 4;
const mb = 1_048_576;

/** Room for logs, since a full disk ends the record of what a terminal showed; and locks, by which processes share the tree. */
export function checkDisk({ tree, config }: Place): Finding[] {
  const lockless = lockFault(tree.locks);
  if (lockless !== undefined) return [lockless];
  const folder = nearestFolder(tree.root);
  const { bavail, bsize, files, ffree } = statfsSync(folder);
  const freeMb = Math.floor((bavail * bsize) / mb);
  const logMb = config instanceof UserError ? leastMb : config.settings.logMaxMb;
  const fix = "mcp-ssh-interactive prune";
  if (files > 0 && ffree < leastFiles)
    return [{ name, verdict: "fail", fact: `${folder} has room for ${ffree} more files`, fix }];
  if (freeMb < leastMb) return [{ name, verdict: "fail", fact: `${folder} has ${freeMb} MB free`, fix }];
  const fact = `${folder} has ${freeMb} MB free`;
  if (freeMb >= logMb * roomySessions) return [{ name, verdict: "ok", fact }];
  return [{ name, verdict: "warn", fact: `${fact}; the log of one session may take ${logMb} MB`, fix }];
}

function lockFault(folder: string): Finding | undefined {
  if (!existsSync(folder)) return undefined;
  try {
    removeFileLock(join(folder, "doctor"));
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, verdict: "fail", fact: error.message, fix: error.hint };
  }
}

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}
