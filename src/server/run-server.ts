import { Server } from "@modelcontextprotocol/sdk/server/index.js";

import { answerRequest, type Desk } from "./answer-request.ts";
import { instructions } from "./instructions.ts";
import type { ServeOptions } from "./serve.ts";
import { SessionTurns } from "./session-turns.ts";
import { StdioTransport } from "./stdio-transport.ts";
import { guardConsole, guardProcessStdout } from "./stdout-guard.ts";
import { waitLimits } from "./wait-limit.ts";

const graceMs = 600;
const abortGraceMs = 250;

/** The work of `serveMcp`. */
export async function runServer(options: ServeOptions): Promise<void> {
  const transport = new StdioTransport(options.stdin, options.stdout);
  guardConsole();
  const server = createServer(options, transport);
  await server.connect(transport);
  await Promise.race([transport.inputEnded, transport.outputLost, aborted(options.signal)]);
  await transport.stopReading();
  await Promise.race([finishCalls(transport), transport.outputLost]);
  await server.close();
}

function createServer(options: ServeOptions, transport: StdioTransport): Server {
  const { service, settings, version, log } = options;
  const server = new Server(
    { name: "mcp-ssh-interactive", title: "SSH sessions", version },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator: noValidator },
  );
  server.onerror = (error) => log(`protocol: ${error.message.slice(0, 200).replace(/\s+/g, " ")}`);
  const desk: Desk = {
    service,
    log,
    waits: waitLimits(settings),
    textOnly: settings.results === "text",
    turns: new SessionTurns(),
    tools: loadTools(transport),
    client: () => server.getClientVersion(),
    signal: (id) => transport.calls.signal(id),
    sendProgress: (progressToken, progress, message) => {
      void transport.send({
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken, progress, message },
      });
    },
  };
  server.fallbackRequestHandler = (request) => answerRequest(desk, request);
  return server;
}

/** What the first answer, to `initialize`, can do without is done right after it. */
async function loadTools(transport: StdioTransport): Desk["tools"] {
  await transport.firstAnswer;
  guardProcessStdout();
  const { tools } = await import("./tools.ts");
  return tools;
}

/** We ask clients nothing, so none of their answers needs a schema; the default one costs 3 ms of the start. */
const noValidator = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: "not supported" }) as const,
};

async function finishCalls({ calls }: StdioTransport): Promise<void> {
  if (await calls.empty(graceMs)) return;
  calls.abortAll(new Error("the server is shutting down"));
  await calls.empty(abortGraceMs);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
