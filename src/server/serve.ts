import type { JSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";

import type { SessionService } from "../sessions/outcome.ts";
import { respond, type Desk } from "./answer-request.ts";
import type { ByteSink } from "./line-writer.ts";
import { SessionTurns } from "./session-turns.ts";
import { StdioTransport } from "./stdio-transport.ts";
import { guardConsole, guardProcessStdout } from "./stdout-guard.ts";
import { waitLimits } from "./wait-limit.ts";

export type ServeSettings = {
  readonly waitSeconds?: number | undefined;
  readonly maxWaitSeconds?: number | undefined;
  readonly results?: "auto" | "both" | "text" | undefined;
};

export type ServeOptions = {
  readonly service: SessionService;
  readonly settings: ServeSettings;
  readonly version: string;
  /** One line for people, without its newline; never to stdout. */
  readonly log: (line: string) => void;
  /** Aborted to end the server, by a signal handler for instance. */
  readonly signal: AbortSignal;
  readonly stdin?: ReadableStream<Uint8Array>;
  readonly stdout?: ByteSink;
};

const graceMs = 600;
const abortGraceMs = 250;

/**
 * Serves MCP until the input ends, `signal` aborts or stdout is closed; then waits, for less than a second in all,
 * until the calls in flight are answered. Sessions are left as they are. From here on stdout is JSON-RPC's alone.
 */
export async function serveMcp(options: ServeOptions): Promise<void> {
  guardConsole();
  const transport = new StdioTransport({
    input: options.stdin,
    output: options.stdout,
    onRequest: (request) => void answer(request),
    onReadError: (error) => options.log(`standard input cannot be read: ${String(error)}`),
  });
  const desk = createDesk(options, transport);
  const answer = async (request: JSONRPCRequest) => transport.send(await respond(desk, request));
  transport.start();
  await Promise.race([transport.inputEnded, transport.outputLost, aborted(options.signal)]);
  await transport.stopReading();
  await Promise.race([finishCalls(transport), transport.outputLost]);
}

function createDesk({ service, settings, version, log }: ServeOptions, transport: StdioTransport): Desk {
  return {
    service,
    version,
    log,
    client: undefined,
    waits: waitLimits(settings),
    textOnly: settings.results === "text",
    turns: new SessionTurns(),
    tools: loadTools(transport),
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

/** What the first answer, to `initialize`, can do without is done right after it. */
async function loadTools(transport: StdioTransport): Desk["tools"] {
  await transport.firstAnswer;
  guardProcessStdout();
  const { tools } = await import("./tools.ts");
  return tools;
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
