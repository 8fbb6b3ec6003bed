import { UserError } from "../base/user-error.ts";

const freeSpace = "Free disk space, for example by mcp-ssh-interactive prune, then try again.";
const mendRights = "Mend the permissions, or what doctor tells (mcp-ssh-interactive doctor), then try again.";
const localDisk = "Keep the folder on a local disk: --home DIR, or MCP_SSH_INTERACTIVE_HOME.";
const closeFiles =
  "Raise the limit of open files (ulimit -n) or end other programs, then try again; sessions are not affected.";
const putBack = "Put the folder back: mcp-ssh-interactive doctor --fix, then try again.";

/** By the system's error codes. What is not here is no fault of the machine's. */
const hints: Readonly<Record<string, string>> = {
  ENOSPC: freeSpace,
  EDQUOT: freeSpace,
  EFBIG: freeSpace,
  EROFS: "The file system is read-only: mount it writable, or choose another folder with --home.",
  EACCES: mendRights,
  EPERM: mendRights,
  ELOOP: mendRights,
  ENOTDIR: mendRights,
  EISDIR: mendRights,
  ENOENT: putBack,
  EIO: "The disk fails: look at the system's log.",
  EMFILE: closeFiles,
  ENFILE: closeFiles,
  ENOLCK: localDisk,
  EOPNOTSUPP: localDisk,
  ENOTSUP: localDisk,
  ENOSYS: localDisk,
};

/** STORAGE_FAILED with the system's words, where `error` is such a failure of a system call on a file; else undefined. */
export function storageFailure(error: unknown, path = "A file"): UserError | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  const hint = hints[error.code];
  if (hint === undefined) return undefined;
  return new UserError("STORAGE_FAILED", `${path} cannot be read or written: ${error.message}`, hint, {
    cause: error,
  });
}
