import type { Server } from "@modelcontextprotocol/sdk/server/index.js";

import type { RequestId } from "./json-rpc.ts";
import type { PageLife } from "./secret-page/secret-pages.ts";

/** The longest that a timer takes: the page itself is closed long before. */
const pageTimeoutMs = 600_000;

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
