/** sshd drops connections at random beyond ten that have not authenticated (MaxStartups 10:30:100). */
const maxPerHost = 8;

/** Keeps the number of opens under way to one host and port below what sshd bears. */
export class ConnectSlots {
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Runs `work` as soon as a slot of `host` and `port` is free, in the order of the calls. */
  async run<T>({ host, port }: { readonly host: string; readonly port: number }, work: () => Promise<T>): Promise<T> {
    const key = `${host} ${port}`;
    const taken = this.#taken.get(key) ?? 0;
    if (taken < maxPerHost) this.#taken.set(key, taken + 1);
    else await new Promise<void>((resolve) => this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), resolve]));
    try {
      return await work();
    } finally {
      this.#release(key);
    }
  }

  /** A slot goes straight to the next in the queue, else it becomes free. */
  #release(key: string): void {
    const [next, ...others] = this.#waiting.get(key) ?? [];
    if (others.length > 0) this.#waiting.set(key, others);
    else this.#waiting.delete(key);
    if (next !== undefined) return next();
    const left = (this.#taken.get(key) ?? 1) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
  }
}
