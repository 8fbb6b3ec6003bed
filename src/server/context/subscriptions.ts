import { delay } from "../../platform/delay.ts";
import type { FileSubscription } from "../../platform/folder-watch.ts";

const throttleMs = 1_000;
/** The longest that a timer takes; a change ends the wait. */
const longMs = 2_147_483_647;

/** Who is told of changes: at once, and then at most once a second. Nothing runs while nobody is. */
export class Subscriptions implements Disposable {
  readonly #stops = new Map<string, AbortController>();

  get size(): number {
    return this.#stops.size;
  }

  /** Once for each key, however often it is asked for. */
  add(key: string, watch: () => FileSubscription, tell: () => Promise<void>): void {
    if (this.#stops.has(key)) return;
    const stop = new AbortController();
    this.#stops.set(key, stop);
    void this.#follow(watch(), tell, stop.signal);
  }

  remove(key: string): void {
    this.#stops.get(key)?.abort();
    this.#stops.delete(key);
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops.values()) stop.abort();
    this.#stops.clear();
  }

  async #follow(changes: FileSubscription, tell: () => Promise<void>, stop: AbortSignal): Promise<void> {
    using _ = changes;
    for (;;) {
      await changes.next(longMs, [stop]);
      if (stop.aborted) return;
      await tell().catch(() => undefined);
      await delay(throttleMs, stop).catch(() => undefined);
    }
  }
}
