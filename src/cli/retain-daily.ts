import { statSync } from "node:fs";
import { join } from "node:path";

import type { LoadedConfig } from "../config/load-config.ts";
import { acquireFileLock, LockTimeout } from "../platform/file-lock.ts";
import type { HomeTree } from "../platform/home-tree.ts";
import type { TreeLinks } from "../platform/tree-links.ts";
import type { Gatehouse } from "../policy/gatehouse.ts";
import { pruneLogs, type Retention } from "../sessions/prune-logs.ts";
import { sweepLeftovers } from "../sessions/sweep-leftovers.ts";
import type { StateFile } from "../state/state-file.ts";

const dayMs = 86_400_000;
const mebibyte = 1_048_576;
const firstLookMs = 1_000;
const lookEveryMs = 3_600_000;

type Parts = {
  readonly tree: HomeTree;
  readonly links: TreeLinks;
  readonly state: StateFile;
  readonly gatehouse: Gatehouse;
  readonly config: () => LoadedConfig;
  readonly log: (line: string) => void;
};

/** As the settings want it now. */
export function retentionOf({ settings: { logRetentionDays, logMaxMb } }: LoadedConfig): Retention {
  return { oldestMs: Date.now() - logRetentionDays * dayMs, maxBytes: logMaxMb * mebibyte };
}

/** Drops old logs once a day, in whichever server process is the first to look; until it is disposed. */
export function retainDaily(parts: Parts): Disposable {
  const look = () => void retain(parts);
  const first = setTimeout(look, firstLookMs);
  const later = setInterval(look, lookEveryMs);
  first.unref();
  later.unref();
  return {
    [Symbol.dispose]: () => {
      clearTimeout(first);
      clearInterval(later);
    },
  };
}

/** The lock's file tells by its time when it was last done. */
export async function retain({ tree, links, state, gatehouse, config, log }: Parts): Promise<void> {
  const path = join(tree.locks, "retention");
  try {
    const lastMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    // Of a state file that is lost nobody knows which sessions are open.
    if (Math.abs(Date.now() - lastMs) < dayMs || !state.isWhole) return;
    await using _ = await acquireFileLock(path, 0);
    links.assertUnmoved();
    const retention = retentionOf(config());
    await pruneLogs({ tree, state, gatehouse }, retention, {
      dryRun: false,
      by: "the daily look of a server",
    });
    sweepLeftovers({ tree, state }, retention.oldestMs);
  } catch (error) {
    if (error instanceof LockTimeout) return;
    log(`old logs could not be dropped: ${error instanceof Error ? error.message : String(error)}`);
  }
}
