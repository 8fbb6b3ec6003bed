import type {
  Implementation,
  JSONRPCMessage,
  JSONRPCRequest,
  ListToolsResult,
  Result,
} from "@modelcontextprotocol/sdk/types.js";

import { nearestName } from "../base/nearest-name.ts";
import type { SessionService } from "../sessions/outcome.ts";
import { callTool } from "./call-tool.ts";
import type { Tool } from "./define-tool.ts";
import { answerInitialize, readClient } from "./handshake.ts";
import { isRecord } from "./is-record.ts";
import { makeError, ProtocolFault, rpcCodes, type RequestId } from "./json-rpc.ts";
import { toJsonSchema } from "./json-schema.ts";
import { withProgress, type Notify } from "./progress.ts";
import type { SessionTurns } from "./session-turns.ts";
import type { WaitLimits } from "./wait-limit.ts";

/** All that the requests of one client share. */
export type Desk = {
  readonly service: SessionService;
  readonly waits: WaitLimits;
  readonly turns: SessionTurns;
  readonly tools: Promise<readonly Tool[]>;
  /** `settings.results: text`: the terminal tools declare and return no structured content. */
  readonly textOnly: boolean;
  readonly log: (line: string) => void;
  /** Our own. */
  readonly version: string;
  /** Undefined until the client has sent `initialize`. */
  client: Implementation | undefined;
  readonly signal: (id: RequestId) => AbortSignal;
  readonly sendProgress: (token: RequestId, progress: number, message: string) => void;
};

/** The message that answers a request: its result, or the error that it came to. */
export async function respond(desk: Desk, request: JSONRPCRequest): Promise<JSONRPCMessage> {
  const { id } = request;
  try {
    return { jsonrpc: "2.0", id, result: await answerRequest(desk, request) };
  } catch (error) {
    if (error instanceof ProtocolFault) return makeError(id, error.code, error.message);
    desk.log(
      `${request.method} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return makeError(id, rpcCodes.internalError, "something went wrong inside this server");
  }
}

async function answerRequest(desk: Desk, request: JSONRPCRequest): Promise<Result> {
  const { method, params = {} } = request;
  switch (method) {
    case "initialize":
      desk.client = readClient(params);
      return answerInitialize(params, desk.version);
    case "ping":
      return {};
    case "tools/list":
      requireClient(desk);
      return listTools(await desk.tools, desk);
    case "tools/call":
      return answerToolCall(desk, request);
    default:
      throw new ProtocolFault(rpcCodes.methodNotFound, "Method not found");
  }
}

export function listTools(
  tools: readonly Tool[],
  { textOnly }: { readonly textOnly: boolean },
): ListToolsResult {
  return {
    tools: tools.map((tool) => ({
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: toJsonSchema(tool.input),
      ...(textOnly && tool.showsTerminal ? {} : { outputSchema: toJsonSchema(tool.output) }),
      annotations: { title: tool.title, ...tool.hints },
    })),
  };
}

async function answerToolCall(desk: Desk, { id, params = {} }: JSONRPCRequest): Promise<Result> {
  const client = requireClient(desk);
  const tool = findTool(await desk.tools, params["name"]);
  const context = {
    service: desk.service,
    waits: desk.waits,
    turns: desk.turns,
    call: { signal: desk.signal(id), client: `${client.name} ${client.version}` },
  };
  return withProgress(progressFor(desk, params), () =>
    callTool({
      tool,
      arguments: readToolArguments(params["arguments"]),
      context,
      textOnly: desk.textOnly && tool.showsTerminal,
      log: desk.log,
    }),
  );
}

function requireClient({ client }: Desk): Implementation {
  if (client === undefined) throw new ProtocolFault(rpcCodes.invalidRequest, "initialize must come first");
  return client;
}

function findTool(tools: readonly Tool[], name: unknown): Tool {
  if (typeof name !== "string") throw new ProtocolFault(rpcCodes.invalidParams, "name must be a string");
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool !== undefined) return tool;
  const nearest = nearestName(
    name.slice(0, 64),
    tools.map((candidate) => candidate.name),
  );
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new ProtocolFault(rpcCodes.invalidParams, `Unknown tool: ${name.slice(0, 80)}${hint}`);
}

function readToolArguments(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw new ProtocolFault(rpcCodes.invalidParams, "arguments must be an object");
  return value;
}

function progressFor(desk: Desk, params: Readonly<Record<string, unknown>>): Notify | undefined {
  const meta = params["_meta"];
  const token = isRecord(meta) ? meta["progressToken"] : undefined;
  if (typeof token !== "string" && typeof token !== "number") return undefined;
  return (progress, message) => desk.sendProgress(token, progress, message);
}
