import type { RequestId } from "./json-rpc.ts";

/** The requests that are not answered yet. */
export class CallsInFlight {
  readonly #controllers = new Map<RequestId, AbortController>();
  #whenEmpty: (() => void)[] = [];
  #next = new AbortController();

  get isEmpty(): boolean {
    return this.#controllers.size === 0;
  }

  /** Aborts when the next request comes. */
  get next(): AbortSignal {
    return this.#next.signal;
  }

  /** False when a request of this id is still unanswered. */
  begin(id: RequestId): boolean {
    if (this.#controllers.has(id)) return false;
    this.#controllers.set(id, new AbortController());
    this.#next.abort();
    this.#next = new AbortController();
    return true;
  }

  /** Aborts when the client cancels the request or the server shuts down. */
  signal(id: RequestId): AbortSignal {
    return this.#controllers.get(id)?.signal ?? AbortSignal.abort();
  }

  isOpen(id: RequestId): boolean {
    return this.#controllers.has(id);
  }

  settle(id: RequestId): void {
    this.#controllers.delete(id);
    if (!this.isEmpty) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  /** The request will get no answer. */
  cancel(id: RequestId): void {
    this.#controllers.get(id)?.abort(new Error("the client cancelled the call"));
    this.settle(id);
  }

  /** Their answers may still come. */
  abortAll(reason: Error): void {
    for (const controller of this.#controllers.values()) controller.abort(reason);
  }

  /** True when all were answered within the time. */
  async empty(timeoutMs: number): Promise<boolean> {
    if (this.isEmpty) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), timeoutMs);
    this.#whenEmpty.push(() => resolve(true));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
