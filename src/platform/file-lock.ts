import { FFIType, read, type Pointer } from "bun:ffi";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";

import { UserError } from "../base/user-error.ts";
import { loadLibc } from "./libc.ts";
import { storageFailure } from "./storage-failure.ts";

const lockExclusive = 2;
const lockNonBlocking = 4;
const lockRetryMs = 10;

/** A held flock; the kernel releases it when the process dies, whatever happens. */
export type FileLock = AsyncDisposable & { release(): void };

/** Thrown when a lock is still held at the end of the wait; `holder` is the process id that it named, if any. */
export class LockTimeout extends Error {
  readonly holder: number | undefined;

  constructor(path: string, holder: number | undefined) {
    super(`${path} is still locked${holder === undefined ? "" : ` by process ${holder}`}`);
    this.name = "LockTimeout";
    this.holder = holder;
  }
}

/** What to throw instead of `error`, of work on `path` under a lock: STORAGE_FAILED where the lock or the system is the cause. */
export function lockedFileFailure(error: unknown, path: string): unknown {
  if (!(error instanceof LockTimeout)) return storageFailure(error, path) ?? error;
  const hint =
    error.holder === undefined ? "Try again." : `Look at process ${error.holder}: it may be stopped.`;
  return new UserError("STORAGE_FAILED", error.message, hint, { cause: error });
}

/**
 * Takes the flock on `path` (created 0600), or throws LockTimeout after `timeoutMs`, STORAGE_FAILED where the file or the
 * lock cannot be had at all. flock cannot be awaited without blocking the event loop, hence the re-tries.
 */
export async function acquireFileLock(
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<FileLock> {
  const deadline = performance.now() + timeoutMs;
  let descriptor = openLock(path);
  try {
    while (!isTaken(descriptor, path)) {
      signal?.throwIfAborted();
      if (performance.now() >= deadline) throw new LockTimeout(path, readHolder(path));
      await new Promise((resolve) => setTimeout(resolve, lockRetryMs));
      if (isStillAt(descriptor, path)) continue;
      const next = openLock(path);
      closeSync(descriptor);
      descriptor = next;
    }
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  noteHolder(descriptor);
  return heldLock(descriptor);
}

/** Removes a lock's file unless somebody holds it; whoever waits for it meets the others at the next file of its name. */
export function removeFileLock(path: string): void {
  const descriptor = openLock(path);
  try {
    if (isTaken(descriptor, path)) rmSync(path, { force: true });
  } finally {
    closeSync(descriptor);
  }
}

/** False while another holds it, and where the file has lost its name: whoever comes next would not meet us there. */
function isTaken(descriptor: number, path: string): boolean {
  return lockDescriptor(descriptor, path) && isStillAt(descriptor, path);
}

/** To read alone where nothing can be written, so that a session can still be interrupted there. */
function openLock(path: string): number {
  const { O_RDWR, O_RDONLY, O_CREAT, O_NOFOLLOW } = constants;
  try {
    return openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    const isReadOnly = error instanceof Error && "code" in error && error.code === "EROFS";
    if (isReadOnly && existsSync(path)) return openSync(path, O_RDONLY | O_NOFOLLOW);
    throw storageFailure(error, path) ?? error;
  }
}

function isStillAt(descriptor: number, path: string): boolean {
  const [held, now] = [fstatSync(descriptor), lstatSync(path, { throwIfNoEntry: false })];
  return held.ino === now?.ino && held.dev === now.dev;
}

/** Only for messages, so that a full disk locks nobody out. */
function noteHolder(descriptor: number): void {
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, `${process.pid}\n`, 0);
  } catch {}
}

function heldLock(descriptor: number): FileLock {
  let held = true;
  const release = () => {
    if (held) closeSync(descriptor);
    held = false;
  };
  return { release, [Symbol.asyncDispose]: async () => release() };
}

/** False while another holds it. Throws STORAGE_FAILED where the file system has no such locks. */
function lockDescriptor(descriptor: number, path: string): boolean {
  locks ??= loadLocks();
  const { flock, errno } = locks;
  if (flock(descriptor, lockExclusive | lockNonBlocking) === 0) return true;
  const why = noLocks[process.platform]?.[errno()];
  if (why === undefined) return false;
  throw new UserError(
    "STORAGE_FAILED",
    `${path} cannot be locked: the file system takes no flock (${why})`,
    "Keep the folder on a local disk: --home DIR, or MCP_SSH_INTERACTIVE_HOME.",
  );
}

/** As NFS without its lock service, and some network and user-space file systems. */
const noLocks: Partial<Record<NodeJS.Platform, Readonly<Record<number, string>>>> = {
  linux: { 22: "EINVAL", 37: "ENOLCK", 38: "ENOSYS", 95: "EOPNOTSUPP" },
  darwin: { 22: "EINVAL", 45: "ENOTSUP", 77: "ENOLCK", 78: "ENOSYS", 102: "EOPNOTSUPP" },
};

type Locks = {
  readonly flock: (descriptor: number, operation: number) => number;
  readonly errno: () => number;
};

let locks: Locks | undefined;

function loadLocks(): Locks {
  const { flock } = loadLibc({ flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } });
  const place = errnoPlace();
  return { flock, errno: () => (place === null ? 0 : read.i32(place, 0)) };
}

/** Each thread has its own, and we have one. */
function errnoPlace(): Pointer | null {
  const signature = { args: [], returns: FFIType.ptr } as const;
  const place =
    process.platform === "darwin"
      ? loadLibc({ __error: signature }).__error()
      : loadLibc({ __errno_location: signature }).__errno_location();
  return typeof place === "bigint" ? null : place;
}

/** Undefined too where the file cannot be read, or is gone. */
function readHolder(path: string): number | undefined {
  try {
    const holder = Number.parseInt(readFileSync(path, "utf8"), 10);
    return Number.isSafeInteger(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}
