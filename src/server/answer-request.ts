import type {
  Implementation,
  JSONRPCRequest,
  ListToolsResult,
  Result,
} from "@modelcontextprotocol/sdk/types.js";

import { nearestName } from "../base/nearest-name.ts";
import type { MemoryBound } from "../platform/memory-bound.ts";
import type { Call, SessionService } from "../sessions/outcome.ts";
import type { Brake } from "./brake.ts";
import { callTool } from "./call-tool.ts";
import type { ContextRequests } from "./context/context-requests.ts";
import type { Tool } from "./define-tool.ts";
import type { AskHuman } from "./human-answer.ts";
import { isRecord } from "./is-record.ts";
import { ProtocolFault, rpcCodes, type RequestId } from "./json-rpc.ts";
import { toJsonSchema } from "./json-schema.ts";
import { withProgress, type Notify } from "./progress.ts";
import type { SessionTurns } from "./session-turns.ts";
import type { ShownCursors } from "./shown-cursors.ts";
import { isTextOnly } from "./shown-form.ts";
import type { WaitLimits } from "./wait-limit.ts";

/** All that the requests of one client share. */
export type Desk = {
  readonly service: Promise<SessionService>;
  readonly waits: WaitLimits;
  readonly turns: SessionTurns;
  readonly shown: ShownCursors;
  readonly brake: Brake;
  readonly memory: MemoryBound;
  /** Undefined for a client that shows no forms. */
  readonly askApproval: () => Call["ask"];
  readonly tools: Promise<readonly Tool[]>;
  readonly context: () => Promise<ContextRequests>;
  readonly results: "auto" | "both" | "text" | undefined;
  readonly log: (line: string) => void;
  /** Undefined until the client has sent `initialize`. */
  readonly client: () => Implementation | undefined;
  readonly signal: (id: RequestId) => AbortSignal;
  readonly sendProgress: (token: RequestId, progress: number, message: string) => void;
  /** To the client's log; our own words alone. */
  readonly tell: (level: "info" | "error", words: string) => void;
  readonly askHuman: () => AskHuman | undefined;
};

/** Answers what the SDK leaves to us: the tools. Throws ProtocolFault alone, whose words the client gets to see. */
export async function answerRequest(desk: Desk, request: JSONRPCRequest): Promise<Result> {
  try {
    return await answerMethod(desk, request);
  } catch (error) {
    if (error instanceof ProtocolFault) throw error;
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    desk.log(`${request.method} failed: ${words}`);
    tellOfBug(desk, request.method);
    throw new ProtocolFault(rpcCodes.internalError, "something went wrong inside this server");
  } finally {
    setImmediate(() => desk.memory.keep());
  }
}

/** The details may hold a host's words. */
function tellOfBug(desk: Desk, what: string): void {
  desk.tell("error", `${what} failed inside this server; its standard error has the details`);
}

async function answerMethod(desk: Desk, request: JSONRPCRequest): Promise<Result> {
  switch (request.method) {
    case "tools/list":
      return listTools(await desk.tools, { textOnly: isTextOnly(desk.results, requireClient(desk).name) });
    case "tools/call":
      return answerToolCall(desk, request);
    default:
      return answerContextRequest(desk, request);
  }
}

async function answerContextRequest(desk: Desk, request: JSONRPCRequest): Promise<Result> {
  if (!contextMethods.test(request.method))
    throw new ProtocolFault(rpcCodes.methodNotFound, "Method not found");
  const call = { signal: desk.signal(request.id), client: nameOf(requireClient(desk)) };
  return (await desk.context()).answer(request, call);
}

const contextMethods = /^(?:resources|prompts|completion)\//;

function nameOf({ name, version }: Implementation): string {
  return `${name} ${version}`;
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
  const call = { signal: desk.signal(id), client: nameOf(client) };
  const askHuman = desk.askHuman();
  return withProgress(progressFor(desk, params), (count) =>
    callTool({
      tool,
      arguments: readToolArguments(params["arguments"]),
      context: { service, waits, turns, shown, askHuman, call: { ...call, ask: desk.askApproval(), count } },
      textOnly: isTextOnly(desk.results, client.name) && tool.showsTerminal,
      brake: desk.brake,
      log: (line) => {
        desk.log(line);
        tellOfBug(desk, tool.name);
      },
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
