import { sessionKey } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import type { FileLock } from "../platform/file-lock.ts";
import type { HomeTree } from "../platform/home-tree.ts";
import { recordAct, type Gatehouse } from "../policy/gatehouse.ts";
import { dropFiles, filesToDrop, keptLogs } from "../state/kept-logs.ts";
import type { StateFile } from "../state/state-file.ts";
import { lockOpening } from "./lock-opening.ts";

/** `oldestMs`: since 1970; a log that nothing was written to since then goes. `maxBytes` is for each of the others. */
export type Retention = { readonly oldestMs: number; readonly maxBytes: number };

/** What was dropped (or would be) of one session; `whole`: nothing of it is left. */
export type Dropped = {
  readonly sessionName: string;
  readonly files: number;
  readonly bytes: number;
  readonly whole: boolean;
};

type Place = { readonly tree: HomeTree; readonly state: StateFile; readonly gatehouse: Gatehouse };

/** Drops old logs with their records of commands; never those of a session that is open, or just being opened. */
export async function pruneLogs(
  { tree, state, gatehouse }: Place,
  retention: Retention,
  { dryRun, by }: { readonly dryRun: boolean; readonly by: string },
): Promise<readonly Dropped[]> {
  const dropped: Dropped[] = [];
  for (const old of keptLogs(tree.logs)) {
    const { name } = old;
    if (filesToDrop(old, retention).length === 0 || state.get(name) !== undefined) continue;
    await using lock = await lockUnlessBusy(tree, name);
    if (lock === undefined) continue;
    const [log] = keptLogs(tree.logs, name);
    if (log === undefined || state.read().has(sessionKey(name))) continue;
    const files = filesToDrop(log, retention);
    if (files.length === 0) continue;
    if (!dryRun) dropFiles(files);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const facts = { files: files.length, bytes, whole: files.length === log.files.length };
    dropped.push({ sessionName: name, ...facts });
    // What makes room on a full disk must not wait for it.
    if (!dryRun)
      await recordAct(gatehouse, { act: "prune", session: name, ...facts, by }).catch(() => undefined);
  }
  return dropped;
}

/** Undefined while the session is being opened or closed. */
async function lockUnlessBusy(tree: HomeTree, name: string): Promise<FileLock | undefined> {
  try {
    return await lockOpening({ tree }, name, new AbortController().signal);
  } catch (error) {
    if (error instanceof UserError && error.code === "SESSION_BUSY") return undefined;
    throw error;
  }
}
