import { UserError } from "../base/user-error.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { ConnectionConfig } from "./workplace.ts";

/** Throws CONFIG_NOT_FOUND with the names that there are, and CONFIG_INVALID for a connection with faults. */
export function usableConfig({ connections }: LoadedConfig, name: string): ConnectionConfig {
  const entry = connections.get(name);
  if (entry === undefined) {
    throw new UserError(
      "CONFIG_NOT_FOUND",
      `no connection is named ${JSON.stringify(name)}`,
      "Choose one of details.names, or add it to config.yml.",
      {
        details: { names: [...connections.keys()] },
      },
    );
  }
  if ("config" in entry) return entry.config;
  throw new UserError(
    "CONFIG_INVALID",
    `connection ${JSON.stringify(name)}: ${entry.problem}`,
    "The user mends it in config.yml; mcp-ssh-interactive validate shows each fault.",
  );
}
