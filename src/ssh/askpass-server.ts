import { randomBytes } from "node:crypto";
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

/** `human`: nobody but a human may answer. `wait`: no answer comes, for ssh is about to be ended. */
export type AskpassReply = { readonly answer: string } | "human" | "refuse" | "wait";

export type AskpassHandler = (prompt: string) => Promise<AskpassReply>;

const maxRequestBytes = 16_384;

/** Where the askpass processes of this process's ssh ask: a socket in `folder`, which is 0700; made at the first need. */
export class AskpassServer implements Disposable {
  readonly #folder: string;
  readonly #path: string;
  readonly #handlers = new Map<string, AskpassHandler>();
  #server: Promise<Server> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, `ask.${process.pid}`);
  }

  /** The text of the file that lets one ssh ask, until `dismiss`. */
  async admit(handler: AskpassHandler): Promise<string> {
    this.#server ??= this.#listen();
    await this.#server;
    const token = randomBytes(16).toString("hex");
    this.#handlers.set(token, handler);
    return `${this.#path}\n${token}\n`;
  }

  dismiss(handler: AskpassHandler): void {
    for (const [token, each] of this.#handlers) if (each === handler) this.#handlers.delete(token);
  }

  [Symbol.dispose](): void {
    if (this.#server === undefined) return;
    void this.#server.then((server) => server.close());
    rmSync(this.#path, { force: true });
  }

  async #listen(): Promise<Server> {
    this.#sweep();
    const server = createServer((socket) => this.#serve(socket));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(this.#path, resolve);
    await promise;
    chmodSync(this.#path, 0o600);
    server.unref();
    return server;
  }

  /** Of processes that were killed a socket is left. */
  #sweep(): void {
    for (const name of readdirSync(this.#folder)) {
      const pid = /^ask\.(\d+)$/.exec(name)?.[1];
      if (pid !== undefined && (Number(pid) === process.pid || !runs(Number(pid))))
        rmSync(join(this.#folder, name), { force: true });
    }
  }

  #serve(socket: Socket): void {
    let text = "";
    socket.setEncoding("utf8");
    socket.on("error", () => socket.destroy());
    socket.on("data", (part: string) => {
      if (text.length + part.length > maxRequestBytes) return socket.destroy();
      const isWhole = !text.includes("\n") && part.includes("\n");
      text += part;
      if (isWhole) void this.#answer(socket, text);
    });
  }

  async #answer(socket: Socket, text: string): Promise<void> {
    const [token, prompt] = readRequest(text);
    const handler = this.#handlers.get(token);
    const reply = (await handler?.(prompt).catch(() => undefined)) ?? "human";
    if (reply !== "wait") socket.end(`${JSON.stringify(reply)}\n`);
  }
}

function readRequest(text: string): readonly [token: string, prompt: string] {
  try {
    const request: unknown = JSON.parse(text);
    if (!Array.isArray(request)) return ["", ""];
    return [String(request[0]), String(request[1])];
  } catch {
    return ["", ""];
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
