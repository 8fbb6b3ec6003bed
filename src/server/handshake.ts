import type { Implementation, InitializeResult } from "@modelcontextprotocol/sdk/types.js";

import { instructions } from "./instructions.ts";
import { isRecord } from "./is-record.ts";
import { ProtocolFault, rpcCodes } from "./json-rpc.ts";

// MCP 2025-11-25 (basic/lifecycle), read 2026-11.

/** The newest first; a client that asks for another is offered that one. */
export const protocolVersions = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
  "2024-10-07",
] as const;

/** Who the client says it is. Throws ProtocolFault when the params of its `initialize` lack something. */
export function readClient(params: Readonly<Record<string, unknown>>): Implementation {
  const { protocolVersion, capabilities, clientInfo } = params;
  if (typeof protocolVersion !== "string" || !isRecord(capabilities) || !isRecord(clientInfo))
    throw incomplete();
  const { name, version } = clientInfo;
  if (typeof name !== "string" || typeof version !== "string") throw incomplete();
  return { name, version };
}

/** `version` is our own. */
export function answerInitialize(
  params: Readonly<Record<string, unknown>>,
  version: string,
): InitializeResult {
  const asked = params["protocolVersion"];
  return {
    protocolVersion: protocolVersions.find((known) => known === asked) ?? protocolVersions[0],
    capabilities: { tools: {} },
    serverInfo: { name: "mcp-ssh-interactive", title: "SSH sessions", version },
    instructions,
  };
}

function incomplete(): ProtocolFault {
  const needs = "initialize needs protocolVersion, capabilities and clientInfo";
  return new ProtocolFault(rpcCodes.invalidParams, needs);
}
