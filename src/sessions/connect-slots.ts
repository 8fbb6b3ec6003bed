import { createHash } from "node:crypto";
import { join } from "node:path";

import { UserError } from "../base/user-error.ts";
import { delay } from "../platform/delay.ts";
import { acquireFileLock, LockTimeout, type FileLock } from "../platform/file-lock.ts";

/** sshd drops connections at random beyond ten that have not authenticated (MaxStartups 10:30:100). */
const maxPerHost = 8;

type Endpoint = { readonly host: string; readonly port: number };
type Limits = { readonly signal: AbortSignal; readonly deadlineMs: number };

const lookEveryMs = 25;

/** Keeps the number of opens under way to one host and port, those of all our processes together, below what sshd bears. */
export class ConnectSlots {
  readonly #locksFolder: string;
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(locksFolder: string) {
    this.#locksFolder = locksFolder;
  }

  /**
   * Runs `work` as soon as a slot of `host` and `port` is free, in the order of the calls. Throws without it when
   * `signal` aborts before, or with CONNECTION_TIMEOUT at `deadlineMs` (performance.now).
   */
  async run<T>({ host, port }: Endpoint, limits: Limits, work: () => Promise<T>): Promise<T> {
    limits.signal.throwIfAborted();
    const key = `${host} ${port}`;
    const taken = this.#taken.get(key) ?? 0;
    if (taken < maxPerHost) this.#taken.set(key, taken + 1);
    else await this.#turn(key, limits);
    try {
      await using _ = await this.#lockSlot(key, limits);
      return await work();
    } finally {
      this.#release(key);
    }
  }

  #turn(key: string, { signal, deadlineMs }: Limits): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (reason: unknown) => {
      this.#setWaiting(key, (all) => all.filter((each) => each !== resolve));
      reject(reason);
    };
    const cancel = () => leave(signal.reason);
    const timer = setTimeout(() => leave(noSlot(key)), Math.max(0, deadlineMs - performance.now()));
    signal.addEventListener("abort", cancel, { once: true });
    this.#setWaiting(key, (all) => [...all, resolve]);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
    });
  }

  /** Of the locks that stand for the slots of a host, the first that no process of ours holds. */
  async #lockSlot(key: string, { signal, deadlineMs }: Limits): Promise<FileLock> {
    const name = createHash("sha256").update(key).digest("hex").slice(0, 12);
    for (;;) {
      for (let slot = 0; slot < maxPerHost; slot++) {
        const lock = await tryLock(join(this.#locksFolder, `connect-${name}-${slot}`));
        if (lock !== undefined) return lock;
      }
      await delay(lookEveryMs, signal);
      signal.throwIfAborted();
      if (performance.now() >= deadlineMs) throw noSlot(key);
    }
  }

  /** A slot goes straight to the next in the queue, else it becomes free. */
  #release(key: string): void {
    const [next, ...others] = this.#waiting.get(key) ?? [];
    this.#setWaiting(key, () => others);
    if (next !== undefined) return next();
    const left = (this.#taken.get(key) ?? 1) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
  }

  #setWaiting(key: string, change: (waiting: (() => void)[]) => (() => void)[]): void {
    const waiting = change(this.#waiting.get(key) ?? []);
    if (waiting.length > 0) this.#waiting.set(key, waiting);
    else this.#waiting.delete(key);
  }
}

async function tryLock(path: string): Promise<FileLock | undefined> {
  try {
    return await acquireFileLock(path, 0);
  } catch (error) {
    if (error instanceof LockTimeout) return undefined;
    throw error;
  }
}

function noSlot(key: string): UserError {
  return new UserError(
    "CONNECTION_TIMEOUT",
    `${maxPerHost} other sessions are being opened on ${key.replace(" ", " port ")}, and none came to its end in time`,
    "Try again in a moment, or give a longer timeout_seconds.",
  );
}
