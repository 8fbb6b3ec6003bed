import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
} from "@modelcontextprotocol/sdk/types.js";
import {
  InitializeRequestSchema,
  JSONRPCNotificationSchema,
  JSONRPCRequestSchema,
  JSONRPCResponseSchema,
} from "@modelcontextprotocol/sdk/types.js";

import { isRecord } from "./is-record.ts";

// JSON-RPC 2.0 and MCP 2025-11-25 (basic/index, basic/transports), read 2026-11.

export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  shuttingDown: -32000,
  resourceNotFound: -32002,
} as const;

export type RequestId = string | number;

/** An answer to a message that names no request that we could answer has the id null. */
export type Fault = {
  readonly jsonrpc: "2.0";
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string };
};

/** A request of the client that is answered with a JSON-RPC error instead of a result. */
export class ProtocolFault extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "ProtocolFault";
    this.code = code;
  }
}

export type Incoming =
  | { readonly kind: "request"; readonly request: JSONRPCRequest }
  | { readonly kind: "notification"; readonly notification: JSONRPCNotification }
  | { readonly kind: "answer"; readonly answer: JSONRPCResponse }
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "nothing" };

/** The JSON value of a line; a fault where it is none, undefined for a blank line. */
export function parseLine(bytes: Uint8Array): { value: unknown } | { fault: Fault } | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.trim() === "" ? undefined : { value: JSON.parse(text) };
  } catch {
    return { fault: makeFault(null, rpcCodes.parseError, "the line is not JSON in UTF-8") };
  }
}

/** What one JSON value means. */
export function readMessage(value: unknown): Incoming {
  if (!isRecord(value)) return fault(null, rpcCodes.invalidRequest, "the message is no JSON object");
  const id = isRequestId(value["id"]) ? value["id"] : null;
  if (value["jsonrpc"] !== "2.0") return fault(id, rpcCodes.invalidRequest, 'jsonrpc must be "2.0"');
  if (!("method" in value)) {
    if ("result" in value || "error" in value) return readAnswer(value);
    return fault(id, rpcCodes.invalidRequest, "the message has no method");
  }
  if (typeof value["method"] !== "string")
    return fault(id, rpcCodes.invalidRequest, "method must be a string");
  const params = "params" in value ? { params: withoutTask(value["params"]) } : {};
  const message = { jsonrpc: "2.0", method: value["method"], ...params };
  if (!("id" in value)) return readNotification(message);
  if (id === null) return fault(null, rpcCodes.invalidRequest, "id must be a string or a whole number");
  return readRequest({ ...message, id }, id);
}

export function makeFault(id: RequestId | null, code: number, message: string): Fault {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/** The request that an outgoing message answers. */
export function answeredId(message: JSONRPCMessage): RequestId | undefined {
  return "method" in message ? undefined : message.id;
}

function readAnswer(message: unknown): Incoming {
  const parsed = JSONRPCResponseSchema.safeParse(message);
  return parsed.success ? { kind: "answer", answer: parsed.data } : { kind: "nothing" };
}

function readRequest(message: unknown, id: RequestId): Incoming {
  const parsed = JSONRPCRequestSchema.safeParse(message);
  if (!parsed.success) return fault(id, rpcCodes.invalidParams, "params must be an object, its _meta too");
  if (parsed.data.method === "initialize" && !InitializeRequestSchema.safeParse(parsed.data).success) {
    return fault(id, rpcCodes.invalidParams, "initialize needs protocolVersion, capabilities and clientInfo");
  }
  return { kind: "request", request: parsed.data };
}

function readNotification(message: unknown): Incoming {
  const parsed = JSONRPCNotificationSchema.safeParse(message);
  return parsed.success ? { kind: "notification", notification: parsed.data } : { kind: "nothing" };
}

/** We declare no tasks, so a request that asks for one is served as a plain one. */
function withoutTask(params: unknown): unknown {
  if (!isRecord(params) || !("task" in params)) return params;
  const { task: _, ...others } = params;
  return others;
}

function fault(id: RequestId | null, code: number, message: string): Incoming {
  return { kind: "fault", fault: makeFault(id, code, message) };
}

function isRequestId(value: unknown): value is RequestId {
  return typeof value === "string" || Number.isSafeInteger(value);
}
