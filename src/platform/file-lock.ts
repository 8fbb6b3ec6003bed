import { FFIType } from "bun:ffi";
import { closeSync, openSync, readFileSync, writeSync, ftruncateSync, constants } from "node:fs";

import { loadLibc } from "./libc.ts";

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

/**
 * Takes the flock on `path` (created 0600, never deleted, so that all holders meet at one inode), or throws
 * LockTimeout after `timeoutMs`. flock cannot be awaited without blocking the event loop, hence the re-tries.
 */
export async function acquireFileLock(
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<FileLock> {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    const deadline = performance.now() + timeoutMs;
    while (!tryLock(descriptor)) {
      signal?.throwIfAborted();
      if (performance.now() >= deadline) throw new LockTimeout(path, readHolder(path));
      await new Promise((resolve) => setTimeout(resolve, lockRetryMs));
    }
    ftruncateSync(descriptor);
    writeSync(descriptor, `${process.pid}\n`, 0);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return heldLock(descriptor);
}

function heldLock(descriptor: number): FileLock {
  let held = true;
  const release = () => {
    if (held) closeSync(descriptor);
    held = false;
  };
  return { release, [Symbol.asyncDispose]: async () => release() };
}

function tryLock(descriptor: number): boolean {
  return flock(descriptor, lockExclusive | lockNonBlocking) === 0;
}

function flock(descriptor: number, operation: number): number {
  loadedFlock ??= loadFlock();
  return loadedFlock(descriptor, operation);
}

let loadedFlock: ((descriptor: number, operation: number) => number) | undefined;

function loadFlock(): (descriptor: number, operation: number) => number {
  return loadLibc({ flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } }).flock;
}

function readHolder(path: string): number | undefined {
  const holder = Number.parseInt(readFileSync(path, "utf8"), 10);
  return Number.isSafeInteger(holder) ? holder : undefined;
}
