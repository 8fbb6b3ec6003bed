import { randomBytes } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

/** `human`: nobody but a human may answer. `wait`: no answer comes, for ssh is about to be ended. */
export type AskpassReply = { readonly answer: string } | "human" | "refuse" | "wait";

export type AskpassHandler = (prompt: string) => Promise<AskpassReply>;

const maxRequestBytes = 16_384;

/** Where the askpass processes of one session ask: a socket in a folder that is ours alone; made at the first need. */
export class AskpassServer implements Disposable {
  readonly #path: string;
  readonly #handlers = new Map<string, AskpassHandler>();
  #server: Promise<Server> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The text of the file that lets one ssh ask. */
  async admit(handler: AskpassHandler): Promise<string> {
    this.#server ??= this.#listen();
    await this.#server;
    const token = randomBytes(16).toString("hex");
    this.#handlers.set(token, handler);
    return `${this.#path}\n${token}\n`;
  }

  [Symbol.dispose](): void {
    void this.#server?.then((server) => server.close());
    rmSync(this.#path, { force: true });
  }

  async #listen(): Promise<Server> {
    const server = createServer((socket) => this.#serve(socket));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(this.#path, resolve);
    await promise;
    chmodSync(this.#path, 0o600);
    server.unref();
    return server;
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
