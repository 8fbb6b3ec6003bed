import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

import type { Random } from "./random.ts";

/** Loss, as TCP shows it: a piece that comes late, and all that follows behind it. */
const lossShare = 0.1;
const retransmitMs = 400;

/** A relay on 127.0.0.1 that can hold back, delay and cut; netem is not in every kernel. */
export class Link implements AsyncDisposable {
  readonly #server: Server;
  readonly #random: Random;
  readonly #sockets = new Set<Socket>();
  #held: PromiseWithResolvers<void> | undefined;
  delayMs = 0;
  isLossy = false;

  private constructor(server: Server, random: Random, port: number) {
    this.#server = server;
    this.#random = random;
    server.on("connection", (near) => this.#join(near, connect(port, "127.0.0.1")));
  }

  static async to(port: number, random: Random): Promise<Link> {
    const server = createServer({ allowHalfOpen: true });
    const link = new Link(server, random, port);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return link;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the link does not listen");
    return address.port;
  }

  /** Ends every connection; new ones come through. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        (socket === near ? far : near).destroy();
      });
    }
    void this.#pass(near, far).catch(() => near.destroy());
    void this.#pass(far, near).catch(() => far.destroy());
  }

  async #pass(from: Socket, to: Socket): Promise<void> {
    for await (const bytes of from) {
      await this.#held?.promise;
      const lateMs = this.isLossy && this.#random.isTrue(lossShare) ? retransmitMs : 0;
      if (this.delayMs + lateMs > 0) await Bun.sleep(this.delayMs + lateMs);
      if (!to.write(bytes) && !to.destroyed) await Promise.race([once(to, "drain"), once(to, "close")]);
    }
    to.end();
  }
}
