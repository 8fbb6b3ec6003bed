import type {
  Implementation,
  JSONRPCRequest,
  ListToolsResult,
  Result,
} from "@modelcontextprotocol/sdk/types.js";

import { nearestName } from "../base/nearest-name.ts";
import type { SessionService } from "../sessions/outcome.ts";
import type { Brake } from "./brake.ts";
import { callTool } from "./call-tool.ts";
import type { Tool } from "./define-tool.ts";
import { isRecord } from "./is-record.ts";
import { ProtocolFault, rpcCodes, type RequestId } from "./json-rpc.ts";
import { toJsonSchema } from "./json-schema.ts";
import { withProgress, type Notify } from "./progress.ts";
import type { SessionTurns } from "./session-turns.ts";
import type { ShownCursors } from "./shown-cursors.ts";
import type { WaitLimits } from "./wait-limit.ts";

/** All that the requests of one client share. */
export type Desk = {
  readonly service: Promise<SessionService>;
  readonly waits: WaitLimits;
  readonly turns: SessionTurns;
  readonly shown: ShownCursors;
  readonly brake: Brake;
  readonly tools: Promise<readonly Tool[]>;
  /** `settings.results: text`: the terminal tools declare and return no structured content. */
  readonly textOnly: boolean;
  readonly log: (line: string) => void;
  /** Undefined until the client has sent `initialize`. */
  readonly client: () => Implementation | undefined;
  readonly signal: (id: RequestId) => AbortSignal;
  readonly sendProgress: (token: RequestId, progress: number, message: string) => void;
};

/** Answers what the SDK leaves to us: the tools. Throws ProtocolFault alone, whose words the client gets to see. */
export async function answerRequest(desk: Desk, request: JSONRPCRequest): Promise<Result> {
  try {
    return await answerMethod(desk, request);
  } catch (error) {
    if (error instanceof ProtocolFault) throw error;
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    desk.log(`${request.method} failed: ${words}`);
    throw new ProtocolFault(rpcCodes.internalError, "something went wrong inside this server");
  }
}

async function answerMethod(desk: Desk, request: JSONRPCRequest): Promise<Result> {
  switch (request.method) {
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
  const { waits, turns, shown } = desk;
  const service = await desk.service;
  const call = { signal: desk.signal(id), client: `${client.name} ${client.version}` };
  return withProgress(progressFor(desk, params), (count) =>
    callTool({
      tool,
      arguments: readToolArguments(params["arguments"]),
      context: { service, waits, turns, shown, call: { ...call, count } },
      textOnly: desk.textOnly && tool.showsTerminal,
      brake: desk.brake,
      log: desk.log,
    }),
  );
}

function requireClient({ client }: Desk): Implementation {
  const known = client();
  if (known === undefined) throw new ProtocolFault(rpcCodes.invalidRequest, "initialize must come first");
  return known;
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
