import type { TmuxServer } from "../tmux/server.ts";

/** The connection to our tmux server: made at the first need, and again after it was lost. */
export class TmuxConnection {
  readonly #connect: () => Promise<TmuxServer>;
  #server: Promise<TmuxServer> | undefined;

  constructor(connect: () => Promise<TmuxServer>) {
    this.#connect = connect;
  }

  /** Throws TMUX_UNAVAILABLE; the next call tries again. */
  current(): Promise<TmuxServer> {
    this.#server ??= this.#open();
    return this.#server;
  }

  async close(): Promise<void> {
    const server = await this.#server?.catch(() => undefined);
    await server?.[Symbol.asyncDispose]();
  }

  async #open(): Promise<TmuxServer> {
    const forget = () => {
      this.#server = undefined;
    };
    try {
      const server = await this.#connect();
      if (server.lost.aborted) forget();
      else server.lost.addEventListener("abort", forget, { once: true });
      return server;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
