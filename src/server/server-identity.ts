import { instructions } from "./instructions.ts";

export const serverName = "mcp-ssh-interactive";

export const capabilities = {
  tools: {},
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
};

/** The revisions that the SDK serves, the newest first. */
export const protocolVersions = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
  "2024-10-07",
] as const;

export const serverTitle = "SSH sessions";

/** As the SDK's Server answers `initialize`, key by key. */
export function initializeResult(wanted: string, version: string) {
  return {
    protocolVersion: protocolVersions.find((known) => known === wanted) ?? protocolVersions[0],
    capabilities,
    serverInfo: { name: serverName, title: serverTitle, version },
    instructions,
  };
}
