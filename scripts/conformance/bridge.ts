import type { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { JSONRPCMessageSchema, type JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

/** Names of the suite's fixture server → what stands for them here. */
export type Renames = Readonly<Record<string, string>>;

/** Speaks MCP's Streamable HTTP with one client at a time, and hands each message on to a server over stdio. */
export class Bridge implements AsyncDisposable {
  readonly #start: () => StdioClientTransport;
  readonly #renames: Renames;
  readonly #refused: RegExp | undefined;
  readonly #waiting = new Map<string | number, (message: JSONRPCMessage) => void>();
  readonly #server: Bun.Server<undefined>;
  #transport: StdioClientTransport | undefined;

  /** Methods that `refused` matches are answered as a server without them would. */
  constructor(start: () => StdioClientTransport, renames: Renames, refused?: RegExp) {
    this.#start = start;
    this.#renames = renames;
    this.#refused = refused;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => this.#respond(request),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/mcp`;
  }

  async #respond(request: Request): Promise<Response> {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const message = JSONRPCMessageSchema.parse(JSON.parse(this.#there(await request.text())));
    if ("method" in message && message.method === "initialize") await this.#restart();
    if (!("method" in message) || !("id" in message)) {
      await this.#transport?.send(message);
      return new Response(null, { status: 202 });
    }
    if (this.#refused?.test(message.method) === true) {
      const error = { code: -32601, message: "Method not found" };
      return Response.json({ jsonrpc: "2.0", id: message.id, error });
    }
    const { promise, resolve } = Promise.withResolvers<JSONRPCMessage>();
    this.#waiting.set(message.id, resolve);
    await this.#transport?.send(message);
    const headers = { "content-type": "application/json", "mcp-session-id": "one" };
    return new Response(this.#back(JSON.stringify(await promise)), { headers });
  }

  async #restart(): Promise<void> {
    await this.#transport?.close();
    this.#transport = this.#start();
    this.#transport.onmessage = (message) => {
      if (!("method" in message) && message.id !== undefined) this.#waiting.get(message.id)?.(message);
    };
    await this.#transport.start();
  }

  #there(text: string): string {
    return Object.entries(this.#renames).reduce(
      (each, [theirs, ours]) => each.replaceAll(theirs, ours),
      text,
    );
  }

  #back(text: string): string {
    return Object.entries(this.#renames).reduce(
      (each, [theirs, ours]) => each.replaceAll(ours, theirs),
      text,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
    await this.#transport?.close();
  }
}
