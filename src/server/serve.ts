import { Server } from "@modelcontextprotocol/sdk/server/index.js";

import { delay } from "../platform/delay.ts";
import { readerGone } from "../platform/reader-gone.ts";
import type { SessionService } from "../sessions/outcome.ts";
import { answerRequest, type Desk } from "./answer-request.ts";
import { instructions } from "./instructions.ts";
import { SessionTurns } from "./session-turns.ts";
import { ShownCursors } from "./shown-cursors.ts";
import { StdioTransport } from "./stdio-transport.ts";
import { guardConsole, guardProcessStdout } from "./stdout-guard.ts";
import { waitLimits } from "./wait-limit.ts";

export type ServeSettings = {
  readonly waitSeconds?: number | undefined;
  readonly maxWaitSeconds?: number | undefined;
  readonly results?: "auto" | "both" | "text" | undefined;
};

export type ServeOptions = {
  /** Called once, after the first answer, so that loading it does not hold that up. */
  readonly service: () => Promise<SessionService>;
  readonly settings: ServeSettings;
  readonly version: string;
  /** One line for people, without its newline; never to stdout. */
  readonly log: (line: string) => void;
  /** Aborted to end the server, by a signal handler for instance. */
  readonly signal: AbortSignal;
};

const graceMs = 600;
const abortGraceMs = 250;
const busyLookMs = 300;
const idleLookMs = 60_000;

/**
 * Serves MCP until the input ends, `signal` aborts or stdout is closed; then waits, for less than a second in all,
 * until the calls in flight are answered. Sessions are left as they are. From here on stdout is JSON-RPC's alone.
 */
export async function serveMcp(options: ServeOptions): Promise<void> {
  guardConsole();
  const transport = new StdioTransport();
  const server = createServer(options, transport);
  await server.connect(transport);
  const ended = new AbortController();
  const outputLost = Promise.race([transport.outputLost, readerGoneAfterStart(transport, ended.signal)]);
  await Promise.race([transport.inputEnded, outputLost, aborted(options.signal)]);
  await transport.stopReading();
  await Promise.race([finishCalls(transport), outputLost]);
  ended.abort();
  await server.close();
}

function createServer(options: ServeOptions, transport: StdioTransport): Server {
  const { version, log } = options;
  const server = new Server(
    { name: "mcp-ssh-interactive", title: "SSH sessions", version },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator: noValidator },
  );
  server.onerror = (error) => log(`protocol: ${error.message.slice(0, 200).replace(/\s+/g, " ")}`);
  const desk = createDesk(options, transport, server);
  server.fallbackRequestHandler = (request) => answerRequest(desk, request);
  return server;
}

/** We ask clients nothing, so none of their answers needs a schema; the default one costs 3 ms of the start. */
const noValidator = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: "not supported" }) as const,
};

function createDesk(
  { service, settings, log }: ServeOptions,
  transport: StdioTransport,
  server: Server,
): Desk {
  return {
    service: transport.firstAnswer.then(service),
    log,
    client: () => server.getClientVersion(),
    waits: waitLimits(settings),
    textOnly: settings.results === "text",
    turns: new SessionTurns(),
    shown: new ShownCursors(),
    tools: transport.firstAnswer.then(loadTools),
    signal: (id) => transport.calls.signal(id),
    sendProgress: (progressToken, progress, message) => {
      void transport.send({
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken, progress, message },
      });
    },
  };
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
