import { sessionKey } from "../../base/session-name.ts";
import { UserError } from "../../base/user-error.ts";
import { delay } from "../../platform/delay.ts";
import type { SessionHandle } from "../../sessions/outcome.ts";
import { SecretPage, type PageEnd } from "./secret-page.ts";

/** Asks the user, through the client, to open the page; false where they or the client will not. */
export type ShowUrl = (url: string, words: string, page: PageLife) => Promise<boolean>;

/** `over` aborts when the page has ended. */
export type PageLife = { readonly id: string; readonly over: AbortSignal };

export type PageFate = PageEnd | "open";

type OpenPage = { readonly ended: Promise<PageEnd>; readonly close: () => void };

/** The pages of one server: at most one a session, and not again for a question that the user did not want to answer. */
export class SecretPages implements Disposable {
  readonly #show: ShowUrl;
  readonly #tell: (words: string) => void;
  readonly #open = new Map<string, OpenPage>();
  readonly #declined = new Set<string>();

  constructor(show: ShowUrl, tell: (words: string) => void) {
    this.#show = show;
    this.#tell = tell;
  }

  /**
   * Has the user asked what the session asks unseen at `cursor`, and waits for at most `waitMs`; the page stays open
   * beyond that. Undefined where there is nothing to ask of them so.
   */
  async ask(
    session: SessionHandle,
    cursor: string,
    { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<PageFate | undefined> {
    const key = sessionKey(session.name);
    const page = this.#open.get(key) ?? (await this.#begin(session, `${key} ${cursor}`, signal));
    if (page === undefined) return undefined;
    const open = delay(waitMs, signal).then(() => "open" as const);
    return Promise.race([page.ended, open]);
  }

  [Symbol.dispose](): void {
    for (const page of this.#open.values()) page.close();
  }

  async #begin(session: SessionHandle, question: string, signal: AbortSignal): Promise<OpenPage | undefined> {
    if (this.#declined.has(question)) return undefined;
    const never = new AbortController().signal;
    const found = await orNone(() => session.humanQuestion(signal));
    if (found === undefined) return undefined;
    const key = sessionKey(session.name);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const page = new SecretPage(found, () => session.humanQuestion(never));
    const opened = { ended: page.ended, close: () => page[Symbol.dispose]() };
    this.#open.set(key, opened);
    const over = new AbortController();
    void this.#forgetAtEnd(page, { question, name: session.name, over });
    void this.#showPage(page, question, session.name, over.signal);
    return opened;
  }

  async #forgetAtEnd(
    page: SecretPage,
    {
      question,
      name,
      over,
    }: { readonly question: string; readonly name: string; readonly over: AbortController },
  ): Promise<void> {
    const end = await page.ended;
    if (end === "refused") this.#declined.add(question);
    this.#open.delete(sessionKey(name));
    over.abort();
    this.#tell(`the page for an answer in session ${name} was closed`);
  }

  async #showPage(page: SecretPage, question: string, name: string, over: AbortSignal): Promise<void> {
    const words = `Session ${name} waits for an answer that the agent must not see. This page of mcp-ssh-interactive takes it from you and types it into the session.`;
    const id = crypto.randomUUID();
    const isShown = await this.#show(page.url, words, { id, over }).catch(() => false);
    if (isShown) return;
    this.#declined.add(question);
    page[Symbol.dispose]();
  }
}

async function orNone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
