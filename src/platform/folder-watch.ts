import { watch, type FSWatcher } from "node:fs";

/** How often is looked where the system has no watch left to give. */
const lookEveryMs = 50;

/** Tells of writes to files of one folder. The watch exists only while somebody is subscribed. */
export class FolderWatch {
  readonly #folder: string;
  readonly #subscriptions = new Set<FileSubscription>();
  #watcher: FSWatcher | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of every file without a name. Subscribe first, then look at the file, then wait: a change in between is not missed. */
  subscribe(fileName?: string): FileSubscription {
    const subscription = new FileSubscription(fileName, () => {
      this.#subscriptions.delete(subscription);
      if (this.#subscriptions.size === 0) this.#stop();
    });
    this.#subscriptions.add(subscription);
    if (this.#watcher === undefined && this.#timer === undefined) this.#start();
    return subscription;
  }

  #start(): void {
    try {
      this.#watcher = watch(this.#folder, (_event, fileName) => this.#announce(fileName));
      this.#watcher.on("error", () => this.#lookInstead());
    } catch {
      this.#lookInstead();
    }
  }

  #announce(fileName: string | null): void {
    for (const subscription of this.#subscriptions) {
      const isWanted = subscription.fileName === undefined || fileName === subscription.fileName;
      if (fileName === null || isWanted) subscription.announce();
    }
  }

  #lookInstead(): void {
    this.#stop();
    this.#timer = setInterval(() => this.#announce(null), lookEveryMs);
  }

  #stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** What came of one file since the last `next`. */
export class FileSubscription implements Disposable {
  readonly fileName: string | undefined;
  readonly #end: () => void;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(fileName: string | undefined, end: () => void) {
    this.fileName = fileName;
    this.#end = end;
  }

  announce(): void {
    this.#changed = true;
    this.#wake?.();
  }

  /** Resolves at once if the file changed since the last call, else at its next change, at an abort, or after `timeoutMs`. */
  async next(timeoutMs: number, signals: readonly AbortSignal[]): Promise<void> {
    if (!this.#changed && !signals.some((signal) => signal.aborted)) await this.#wait(timeoutMs, signals);
    this.#changed = false;
  }

  #wait(timeoutMs: number, signals: readonly AbortSignal[]): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        for (const signal of signals) signal.removeEventListener("abort", finish);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
      for (const signal of signals) signal.addEventListener("abort", finish);
      this.#wake = finish;
    });
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}
