import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  isJSONRPCRequest,
  JSONRPCMessageSchema,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";

import { binary } from "../binary/binary.ts";

type Answer = ReadableStreamDefaultController<Uint8Array>;

export type BridgeOptions = {
  /** What each client's server has. */
  readonly env: Readonly<Record<string, string>>;
  /** Pieces of the client's JSON → what the server gets for them; back likewise. */
  readonly renames?: Readonly<Record<string, string>>;
  /** A method that is answered, on both sides, as a peer without it would; notifications of it get lost. */
  readonly refused?: string | undefined;
  /** Each method that the server asks or tells by itself. */
  readonly heard?: (method: string) => void;
};

/** Speaks MCP's Streamable HTTP (2025-11-25) with one client at a time, and hands each message on to a server of ours over stdio. */
export class Bridge implements AsyncDisposable {
  readonly #options: BridgeOptions;
  /** Each answer is a stream of events, which ends with what was asked for. */
  readonly #answers = new Map<RequestId, Answer>();
  readonly #server: Bun.Server<undefined>;
  #transport: StdioClientTransport | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch: (request) => this.#respond(request),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/mcp`;
  }

  async #respond(request: Request): Promise<Response> {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const message = JSONRPCMessageSchema.parse(JSON.parse(this.#there(await request.text())));
    if (!isJSONRPCRequest(message)) {
      await this.#transport?.send(message);
      return new Response(null, { status: 202 });
    }
    if (message.method === this.#options.refused) return Response.json(refusal(message));
    if (message.method === "initialize" || this.#transport === undefined) await this.#restart();
    const headers = { "content-type": "text/event-stream", "mcp-session-id": "one" };
    return new Response(this.#ask(message), { headers });
  }

  #ask(message: JSONRPCRequest): ReadableStream<Uint8Array> {
    return new ReadableStream({
      start: async (answer) => {
        this.#answers.set(message.id, answer);
        await this.#transport?.send(message);
      },
      cancel: () => void this.#answers.delete(message.id),
    });
  }

  async #restart(): Promise<void> {
    await this.#transport?.close();
    const { env } = this.#options;
    this.#transport = new StdioClientTransport({
      command: binary,
      args: [],
      env: { ...env },
      stderr: "ignore",
    });
    this.#transport.onmessage = (message) => this.#handBack(message);
    await this.#transport.start();
  }

  #handBack(message: JSONRPCMessage): void {
    if ("method" in message) return this.#tell(message);
    if (message.id === undefined) return;
    const answer = this.#answers.get(message.id);
    this.#answers.delete(message.id);
    answer?.enqueue(this.#event(message));
    answer?.close();
  }

  /** What the server says by itself goes into the first stream that is open, or nowhere. */
  #tell(message: JSONRPCMessage & { readonly method: string }): void {
    this.#options.heard?.(message.method);
    if (message.method !== this.#options.refused)
      return this.#answers.values().next().value?.enqueue(this.#event(message));
    if (isJSONRPCRequest(message)) void this.#transport?.send(refusal(message));
  }

  #there(text: string): string {
    return this.#renamed().reduce((each, [theirs, ours]) => each.replaceAll(theirs, ours), text);
  }

  #event(message: JSONRPCMessage): Uint8Array {
    const text = this.#renamed().reduce(
      (each, [theirs, ours]) => each.replaceAll(ours, theirs),
      JSON.stringify(message),
    );
    return new TextEncoder().encode(`data: ${text}\n\n`);
  }

  #renamed(): [string, string][] {
    return Object.entries(this.#options.renames ?? {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
    await this.#transport?.close();
  }
}

function refusal({ id }: JSONRPCRequest): JSONRPCMessage {
  return { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } };
}
