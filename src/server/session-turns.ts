import { sessionKey } from "../base/session-name.ts";

/**
 * Keeps the calls on one session in the order in which they came: what a call needs before it can type is done
 * before the next call's begins. Nothing waits for the call itself.
 */
export class SessionTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(sessionName: string, prepare: () => Promise<T>): Promise<T> {
    const key = sessionKey(sessionName);
    const before = this.#last.get(key);
    const mine = before === undefined ? prepare() : before.then(prepare, prepare);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
