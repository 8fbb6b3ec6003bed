import type { LoadedConfig } from "../config/load-config.ts";
import type { AcceptedPolicies, PolicyNow } from "../policy/accepted-policies.ts";
import type { SessionRecord } from "../state/session-record.ts";
import type { ConfigListing } from "./outcome.ts";
import type { ConnectionConfig } from "./workplace.ts";

/** Every connection of the configuration, one with a problem too, and which of `sessions` are open on it. */
export function listConfigs(
  config: LoadedConfig,
  sessions: readonly SessionRecord[],
  policies: AcceptedPolicies,
): ConfigListing[] {
  return [...config.connections].map(([name, entry]) => {
    const openSessions = sessions
      .filter(({ connection_config }) => connection_config === name)
      .map(({ session_name }) => session_name);
    if ("problem" in entry) return { name, ...entry.shown, openSessions, problem: entry.problem };
    return { name, ...listed(entry.config, policies), openSessions };
  });
}

function listed(
  config: ConnectionConfig,
  policies: AcceptedPolicies,
): Omit<ConfigListing, "name" | "openSessions"> {
  const { host, user, port, description, auth, infoFile, policy, secrets } = config;
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    description,
    auth,
    hasInfo: infoFile !== undefined,
    policy: policyWords(policies.see(config.name, policy)),
    secrets: [...secrets.keys()],
  };
}

function policyWords({ inForce, wanted }: PolicyNow): string {
  return wanted === undefined
    ? inForce.mode
    : `${inForce.mode} (config.yml asks for less, which waits for a human)`;
}
