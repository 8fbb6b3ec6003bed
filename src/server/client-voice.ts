import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { ElicitResultSchema } from "@modelcontextprotocol/sdk/types.js";

import type { RequestId } from "./json-rpc.ts";
import type { PageLife } from "./secret-page/secret-pages.ts";

/** The longest that a timer takes: the page itself is closed long before. */
const pageTimeoutMs = 600_000;
/** As long as an approval lasts. */
const formTimeoutMs = 300_000;

/** What the server says to its client by itself. */
export class ClientVoice {
  readonly #server: Server;
  readonly #logger: string;

  constructor(server: Server, logger: string) {
    this.#server = server;
    this.#logger = logger;
  }

  /** At the client's level; our own words alone, never a host's. */
  tell(level: "info" | "error", words: string): void {
    void this.#server.sendLoggingMessage({ level, logger: this.#logger, data: words }).catch(() => undefined);
  }

  progress(progressToken: RequestId, progress: number, message: string): void {
    void this.#server
      .notification({ method: "notifications/progress", params: { progressToken, progress, message } })
      .catch(() => undefined);
  }

  updated(uri: string): Promise<void> {
    return this.#server.sendResourceUpdated({ uri });
  }

  listChanged(what: "resources" | "prompts"): Promise<void> {
    return what === "resources"
      ? this.#server.sendResourceListChanged()
      : this.#server.sendPromptListChanged();
  }

  /** What declares elicitation without saying which shows forms (MCP 2025-11-25, elicitation, read 2026-11-28). */
  get canShowForms(): boolean {
    const { elicitation } = this.#server.getClientCapabilities() ?? {};
    return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
  }

  /** A question that is answered by accepting or declining alone; a client that fails to ask has been dismissed. */
  async showForm(message: string): Promise<"accept" | "decline" | "cancel"> {
    try {
      const requestedSchema = { type: "object", properties: {} } as const;
      const question = {
        method: "elicitation/create",
        params: { mode: "form", message, requestedSchema },
      } as const;
      const answer = await this.#server.request(question, ElicitResultSchema, { timeout: formTimeoutMs });
      return answer.action;
    } catch {
      return "cancel";
    }
  }

  get canShowUrls(): boolean {
    return this.#server.getClientCapabilities()?.elicitation?.url !== undefined;
  }

  /** True where the user agreed to open it; the client is told when the page is over. */
  async showUrl(url: string, message: string, { id: elicitationId, over }: PageLife): Promise<boolean> {
    const ended = this.#server.createElicitationCompletionNotifier(elicitationId);
    over.addEventListener("abort", () => void ended().catch(() => undefined), { once: true });
    const { action } = await this.#server.elicitInput(
      { mode: "url", message, elicitationId, url },
      { signal: over, timeout: pageTimeoutMs },
    );
    return action === "accept";
  }
}
