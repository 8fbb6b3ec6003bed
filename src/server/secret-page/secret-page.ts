import { randomBytes, timingSafeEqual } from "node:crypto";

import { UserError } from "../../base/user-error.ts";
import { peerOwner } from "../../platform/socket-owner.ts";
import type { HumanQuestion } from "../../sessions/human-question.ts";
import { renderEndPage, renderQuestionPage, styleHash } from "./render-page.ts";

export type PageEnd = "answered" | "refused" | "gone" | "expired";

const lifetimeMs = 300_000;
const maxBodyBytes = 8_192;
const maxAnswerBytes = 1_000;
const lingerMs = 500;

const headers = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; style-src '${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // With no-referrer a browser sends the form with the origin "null".
  "Referrer-Policy": "same-origin",
};

/**
 * A page on 127.0.0.1 on which this machine's user, in one browser, answers what a session asks unseen. The URL works
 * for the first visit; then a cookie does. It ends by itself.
 */
export class SecretPage implements Disposable {
  readonly url: string;
  readonly ended: Promise<PageEnd>;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #cookie = randomBytes(24).toString("base64url");
  readonly #findQuestion: () => Promise<HumanQuestion>;
  readonly #server: Bun.Server<undefined>;
  readonly #end: (end: PageEnd) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #stop = new AbortController();
  #question: HumanQuestion;
  #isVisited = false;
  #isTyping = false;

  constructor(question: HumanQuestion, findQuestion: () => Promise<HumanQuestion>) {
    this.#question = question;
    this.#findQuestion = findQuestion;
    const ended = Promise.withResolvers<PageEnd>();
    this.ended = ended.promise;
    this.#end = ended.resolve;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      maxRequestBodySize: maxBodyBytes,
      development: false,
      fetch: (request, server) => this.#respond(request, server.requestIP(request)),
      error: () => new Response(renderEndPage("Something went wrong"), { status: 500, headers }),
    });
    this.url = `http://127.0.0.1:${this.#server.port}/${this.#token}`;
    this.#timer = setTimeout(() => this.#finish("expired"), lifetimeMs);
    void this.#endWithQuestion(question);
  }

  [Symbol.dispose](): void {
    this.#finish("gone");
    void this.#server.stop(true);
  }

  /** An answer that came later would be refused. */
  async #endWithQuestion(question: HumanQuestion): Promise<void> {
    await question.overtaken(this.#stop.signal);
    if (this.#question === question && !this.#isTyping) this.#finish("gone");
  }

  async #respond(request: Request, peer: Bun.SocketAddress | null): Promise<Response> {
    const refusal = this.#refusal(request, peer);
    if (refusal !== undefined) return page(403, renderEndPage(refusal));
    if (request.method === "GET") return this.#visit();
    if (request.method === "POST") return this.#take(request);
    return page(405, renderEndPage("This page is only shown and answered"));
  }

  /** Why the request is none of the user's in the browser that came first. */
  #refusal(request: Request, peer: Bun.SocketAddress | null): string | undefined {
    const origin = `http://127.0.0.1:${this.#server.port}`;
    if (!this.#isOwnUser(peer)) return "This page is for another user of this machine";
    if (request.headers.get("host") !== origin.slice("http://".length))
      return "This is no address of this page";
    const { pathname } = new URL(request.url);
    if (!isSame(pathname.slice(1), this.#token)) return "There is no such page";
    const isOwnForm = request.method === "GET" || request.headers.get("origin") === origin;
    if (!isOwnForm) return "The answer came from another page";
    const cookie = /(?:^|;\s*)answer=([^;]*)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
    const isFirst = !this.#isVisited && request.method === "GET";
    return isFirst || isSame(cookie, this.#cookie)
      ? undefined
      : "This page was opened in another browser already";
  }

  #isOwnUser(peer: Bun.SocketAddress | null): boolean {
    const own = this.#server.port;
    if (peer === null || own === undefined || peer.address !== "127.0.0.1") return false;
    const owner = peerOwner({ own, peer: peer.port });
    return owner === undefined || owner === process.getuid?.();
  }

  #visit(): Response {
    const isFirst = !this.#isVisited;
    this.#isVisited = true;
    const response = page(200, renderQuestionPage(this.#question, undefined));
    const attributes = `Path=/${this.#token}; Max-Age=${lifetimeMs / 1_000}; HttpOnly; SameSite=Strict`;
    if (isFirst) response.headers.set("Set-Cookie", `answer=${this.#cookie}; ${attributes}`);
    return response;
  }

  async #take(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    if (form.get("do") === "refuse") return this.#close("refused", "Nothing was answered");
    const text = form.get("answer") ?? "";
    const fault = faultOf(text);
    if (fault !== undefined) return page(400, renderQuestionPage(this.#question, fault));
    if (this.#isTyping) return page(409, renderEndPage("An answer is being typed already"));
    this.#isTyping = true;
    try {
      return await this.#type(text);
    } finally {
      this.#isTyping = false;
    }
  }

  async #type(text: string): Promise<Response> {
    try {
      switch (await this.#question.answer(text, this.#stop.signal)) {
        case "accepted":
          return this.#close("answered", "The answer was taken");
        case "disconnected":
          return this.#close("answered", "The connection ended after the answer");
        case "again":
          return await this.#askAgain("The answer was not accepted; the same is asked again.");
        case "next":
          return await this.#askAgain("The answer was taken, and something more is asked.");
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return this.#close("gone", `Nothing was answered: ${error.message}`);
    }
  }

  async #askAgain(alert: string): Promise<Response> {
    this.#question = await this.#findQuestion();
    void this.#endWithQuestion(this.#question);
    return page(200, renderQuestionPage(this.#question, alert));
  }

  #close(end: PageEnd, words: string): Response {
    this.#finish(end);
    return page(200, renderEndPage(words));
  }

  /** The last response is still to be sent. */
  #finish(end: PageEnd): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#end(end);
    setTimeout(() => void this.#server.stop(true), lingerMs).unref();
    void this.#server.stop();
  }
}

function page(status: number, html: string): Response {
  return new Response(html, { status, headers });
}

function faultOf(text: string): string | undefined {
  if (text === "") return "The answer is empty.";
  if (/\p{Cc}/u.test(text)) return "The answer holds a control character.";
  return Buffer.byteLength(text) > maxAnswerBytes ? "The answer is too long." : undefined;
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
