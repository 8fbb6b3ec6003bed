import { watch, type FSWatcher } from "node:fs";

/** Tells of writes to files of one folder. The watch exists only while somebody is subscribed. */
export class FolderWatch {
  readonly #folder: string;
  readonly #subscriptions = new Set<FileSubscription>();
  #watcher: FSWatcher | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Subscribe first, then look at the file, then wait: a change in between is not missed. */
  subscribe(fileName: string): FileSubscription {
    const subscription = new FileSubscription(fileName, () => {
      this.#subscriptions.delete(subscription);
      if (this.#subscriptions.size === 0) this.#stop();
    });
    this.#subscriptions.add(subscription);
    this.#watcher ??= this.#start();
    return subscription;
  }

  #start(): FSWatcher {
    const watcher = watch(this.#folder, (_event, fileName) => {
      for (const subscription of this.#subscriptions) {
        if (fileName === null || fileName === subscription.fileName) subscription.announce();
      }
    });
    watcher.on("error", () => this.#stop());
    return watcher;
  }

  #stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

/** What came of one file since the last `next`. */
export class FileSubscription implements Disposable {
  readonly fileName: string;
  readonly #end: () => void;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(fileName: string, end: () => void) {
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
