import { McpError, ErrorCode } from "@modelcontextprotocol/sdk/types.js";

import type { McpHome, McpServer, ToolResult } from "../../../../test/support/mcp-server.ts";

/** `gone`: the server ended before it answered. `late`: no answer came within the limit. */
export type Answer =
  | ({ readonly kind: "answer" } & ToolResult)
  | { readonly kind: "gone" }
  | { readonly kind: "late" };

/** A client whose server process may be killed at any moment; it starts another one for its next call. */
export class ChaosClient {
  readonly name: string;
  readonly #home: McpHome;
  #server: Promise<McpServer> | undefined;
  #running: McpServer | undefined;

  constructor(home: McpHome, name: string) {
    this.#home = home;
    this.name = name;
  }

  /** Of the server that runs now, or 0. */
  get pid(): number {
    return this.#running?.transport.pid ?? 0;
  }

  async call(tool: string, args: Record<string, unknown>, limitMs: number): Promise<Answer> {
    const server = await this.#start();
    try {
      return { kind: "answer", ...(await server.call(tool, args, { timeout: limitMs })) };
    } catch (error) {
      if (error instanceof McpError && error.code === Number(ErrorCode.RequestTimeout))
        return { kind: "late" };
      await this.#leave(server);
      return { kind: "gone" };
    }
  }

  /** The last that the server wrote to standard error. */
  get stderr(): string {
    return this.#running?.stderr.slice(-2_000) ?? "";
  }

  /** Ends the server, as a client does that is closed. */
  async stop(): Promise<void> {
    if (this.#running !== undefined) await this.#leave(this.#running);
  }

  async #start(): Promise<McpServer> {
    for (;;) {
      const starting = (this.#server ??= this.#home.start());
      try {
        this.#running = await starting;
        return this.#running;
      } catch {
        if (this.#server === starting) this.#server = undefined;
      }
    }
  }

  async #leave(server: McpServer): Promise<void> {
    if (this.#running === server) {
      this.#server = undefined;
      this.#running = undefined;
    }
    await server[Symbol.asyncDispose]();
  }
}
