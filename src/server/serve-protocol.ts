import { Server } from "@modelcontextprotocol/sdk/server/index.js";

import { delay } from "../platform/delay.ts";
import { readerGone } from "../platform/reader-gone.ts";
import { renderApproval } from "../policy/render-approval.ts";
import { answerRequest, type Desk } from "./answer-request.ts";
import { Brake } from "./brake.ts";
import { ClientVoice } from "./client-voice.ts";
import type { Greeted } from "./greet.ts";
import { instructions } from "./instructions.ts";
import type { ByteSink } from "./line-writer.ts";
import type { ServeOptions } from "./serve.ts";
import { capabilities, serverName, serverTitle } from "./server-identity.ts";
import { SessionTurns } from "./session-turns.ts";
import { ShownCursors } from "./shown-cursors.ts";
import { StdioTransport } from "./stdio-transport.ts";
import { guardProcessStdout } from "./stdout-guard.ts";
import { waitLimits } from "./wait-limit.ts";

const graceMs = 600;
const abortGraceMs = 250;
const busyLookMs = 300;
const idleLookMs = 60_000;

/** Where the client speaks and listens, and which of its requests was answered before this was loaded. */
export type Line = Greeted & { readonly sink: ByteSink };

/** What serveMcp does from the moment on that the SDK is there. */
export async function serveProtocol(options: ServeOptions, { reader, sink, answered }: Line): Promise<void> {
  const transport = new StdioTransport(reader, sink, answered);
  const server = createServer(options);
  using desk = createDesk(options, transport, server);
  server.fallbackRequestHandler = (request) => answerRequest(desk, request);
  await server.connect(transport);
  const ended = new AbortController();
  const outputLost = Promise.race([transport.outputLost, readerGoneAfterStart(transport, ended.signal)]);
  await Promise.race([transport.inputEnded, outputLost, aborted(options.signal)]);
  await transport.stopReading();
  await Promise.race([finishCalls(transport), outputLost]);
  ended.abort();
  await server.close();
}

function createServer({ version, log }: ServeOptions): Server {
  const server = new Server(
    { name: serverName, title: serverTitle, version },
    { capabilities, instructions, jsonSchemaValidator: noValidator },
  );
  server.onerror = (error) => log(`protocol: ${error.message.slice(0, 200).replace(/\s+/g, " ")}`);
  return server;
}

/** We ask clients for a yes or no alone, so none of their answers needs a schema; the default one costs 3 ms of the start. */
const noValidator = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: "not supported" }) as const,
};

function createDesk(options: ServeOptions, transport: StdioTransport, server: Server): Desk & Disposable {
  const { settings, log } = options;
  const service = transport.firstAnswer.then(options.service);
  const voice = new ClientVoice(server, serverName);
  const opened = new DisposableStack();
  const context = once(async () => {
    const { ContextRequests } = await import("./context/context-requests.ts");
    return opened.use(new ContextRequests(await service, voice));
  });
  const pages = once(async () => {
    const { SecretPages } = await import("./secret-page/secret-pages.ts");
    return opened.use(
      new SecretPages(
        (url, words, page) => voice.showUrl(url, words, page),
        (words) => voice.tell("info", words),
      ),
    );
  });
  return {
    service,
    log,
    context,
    results: settings.results,
    client: () => server.getClientVersion(),
    waits: waitLimits(settings),
    turns: new SessionTurns(),
    shown: new ShownCursors(),
    brake: new Brake(),
    memory: options.memory,
    tools: transport.firstAnswer.then(loadTools),
    signal: (id) => transport.calls.signal(id),
    sendProgress: (token, progress, message) => voice.progress(token, progress, message),
    tell: (level, words) => voice.tell(level, words),
    askHuman: () =>
      options.hasLocalBrowser && voice.canShowUrls
        ? async (session, cursor, limits) => (await pages()).ask(session, cursor, limits)
        : undefined,
    askApproval: () =>
      voice.canShowForms ? async (approval) => voice.showForm(renderApproval(approval)) : undefined,
    [Symbol.dispose]: () => opened.dispose(),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function loadTools(): Desk["tools"] {
  guardProcessStdout();
  const { tools } = await import("./tools.ts");
  return tools;
}

/** Looked for often only while a call waits, so that a server without work sleeps. */
async function readerGoneAfterStart(
  { firstAnswer, calls }: StdioTransport,
  signal: AbortSignal,
): Promise<void> {
  await firstAnswer;
  await readerGone(1, signal, async () => {
    if (calls.isEmpty) await delay(idleLookMs, signal, calls.next);
    await delay(busyLookMs, signal);
  });
}

async function finishCalls({ calls }: StdioTransport): Promise<void> {
  if (await calls.empty(graceMs)) return;
  calls.abortAll(new Error("the server is shutting down"));
  await calls.empty(abortGraceMs);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
