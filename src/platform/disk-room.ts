import { statfsSync } from "node:fs";

import { UserError } from "../base/user-error.ts";

/** What a prompt, an echo and their records may take before anyone looks again. */
const leastBytes = 131_072;
const leastFiles = 4;

/** Throws STORAGE_FAILED where a folder's file system is all but full for this user. */
export function requireRoom(folder: string): void {
  const { bavail, bsize, files, ffree } = statfsSync(folder);
  const [room, amount] =
    files > 0 && ffree < leastFiles
      ? [false, `${ffree} more files`]
      : [bavail * bsize >= leastBytes, `${Math.floor((bavail * bsize) / 1024)} KiB`];
  if (room) return;
  throw new UserError(
    "STORAGE_FAILED",
    `${folder} has room for ${amount} only: what the terminal shows could not be recorded`,
    "Free disk space, for example by mcp-ssh-interactive prune, then try again.",
  );
}
