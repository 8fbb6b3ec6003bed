import type { ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import {
  ElicitationCompleteNotificationSchema,
  ElicitRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

import type { ClientSelf, McpServer } from "./mcp-server.ts";

/** A client that shows its user the pages which a server asks for. */
export const pageClient: ClientSelf = { capabilities: { elicitation: { url: {} } } };

/** What the user of such a client was asked, and what they say to it. */
export class AskedUser {
  readonly urls: string[] = [];
  readonly words: string[] = [];
  readonly completed: string[] = [];
  answer: ElicitResult["action"] = "accept";
  #waiting: ((url: string) => void)[] = [];

  constructor({ client }: McpServer) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      if (params.mode !== "url") throw new Error("a form was asked for");
      this.urls.push(params.url);
      this.words.push(params.message);
      for (const resolve of this.#waiting.splice(0)) resolve(params.url);
      return { action: this.answer };
    });
    client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => {
      this.completed.push(params.elicitationId);
    });
  }

  /** The next page that is asked for. */
  nextUrl(): Promise<string> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
