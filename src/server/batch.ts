import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

import type { Fault, RequestId } from "./json-rpc.ts";

/** The only version of MCP with JSON-RPC batches. */
export const batchVersion = "2025-03-26";

/** The answers to the requests of one batch, written together when the last is there. */
export class Batch {
  readonly #open = new Set<RequestId>();
  readonly #answers: (JSONRPCMessage | Fault)[] = [];
  #sealed = false;

  expect(id: RequestId): void {
    this.#open.add(id);
  }

  answer(answer: JSONRPCMessage | Fault): void {
    this.#answers.push(answer);
  }

  /** `id` is answered, or never will be. */
  settle(id: RequestId): void {
    this.#open.delete(id);
  }

  /** All members of the batch are known. */
  seal(): void {
    this.#sealed = true;
  }

  /** What is to be written now, if anything; once only. */
  takeAnswers(): readonly (JSONRPCMessage | Fault)[] | undefined {
    if (!this.#sealed || this.#open.size > 0 || this.#answers.length === 0) return undefined;
    return this.#answers.splice(0);
  }
}
