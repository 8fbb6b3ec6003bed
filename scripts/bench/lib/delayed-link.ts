import type { Socket } from "bun";

/**
 * A listener on 127.0.0.1 that passes every byte on to `port` and back `delayMs` later each way. It needs neither root
 * nor a kernel with netem, which many containers have not.
 */
export class DelayedLink implements Disposable {
  readonly port: number;
  readonly #listener: Bun.TCPSocketListener<End>;

  constructor(port: number, delayMs: number) {
    this.#listener = Bun.listen<End>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => void (socket.data = openOther(socket, port, delayMs)),
        data: (socket, bytes) => socket.data.pass(bytes),
        drain: (socket) => socket.data.flushBack(),
        close: (socket) => socket.data.end(),
      },
    });
    this.port = this.#listener.port;
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }
}

type End = { pass(bytes: Buffer): void; flushBack(): void; end(): void };

function openOther(near: Socket<End>, port: number, delayMs: number): End {
  const back = new Outlet(near, delayMs);
  const far = Bun.connect<undefined>({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, bytes) => back.later(bytes),
      drain: () => void far.then(() => forth.flush()),
      close: () => void setTimeout(() => near.end(), delayMs),
    },
  });
  const forth = new Outlet(far, delayMs);
  return {
    pass: (bytes) => forth.later(bytes),
    flushBack: () => back.flush(),
    end: () => void far.then((socket) => setTimeout(() => socket.end(), delayMs)),
  };
}

type Writable = { write(bytes: Uint8Array): number };

class Outlet {
  readonly #delayMs: number;
  #held: Uint8Array[] = [];
  #open: Writable | undefined;

  constructor(socket: Writable | Promise<Writable>, delayMs: number) {
    this.#delayMs = delayMs;
    void this.#begin(socket);
  }

  async #begin(socket: Writable | Promise<Writable>): Promise<void> {
    this.#open = await socket;
    this.flush();
  }

  later(bytes: Buffer): void {
    const copy = Uint8Array.from(bytes);
    setTimeout(() => {
      this.#held.push(copy);
      this.flush();
    }, this.#delayMs);
  }

  flush(): void {
    for (let first = this.#held[0]; first !== undefined && this.#open !== undefined; first = this.#held[0]) {
      const written = Math.max(0, this.#open.write(first));
      if (written < first.length) {
        this.#held[0] = first.subarray(written);
        return;
      }
      this.#held.shift();
    }
  }
}
