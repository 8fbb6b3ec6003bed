import { dirname, join } from "node:path";

import type { Client } from "./client.ts";
import type { Surroundings } from "./surroundings.ts";

/** What programs started from a desktop find on PATH everywhere. */
const desktopPath = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** The variables that the client must give to this server, since its own environment may lack them. */
export function neededEnvironment(client: Client, surroundings: Surroundings): Record<string, string> {
  const { root, home, env } = surroundings;
  const agent = env["SSH_AUTH_SOCK"];
  return {
    ...(root === join(home, ".mcp-ssh-interactive") ? {} : { MCP_SSH_INTERACTIVE_HOME: root }),
    ...(client.agentReference === undefined ? {} : { SSH_AUTH_SOCK: client.agentReference }),
    ...(client.startedFrom === "desktop" ? desktopEnvironment(surroundings) : {}),
    ...(client.startedFrom === "desktop" && agent !== undefined && isLastingSocket(agent, home)
      ? { SSH_AUTH_SOCK: agent }
      : {}),
  };
}

/** A PATH with tmux and ssh, where these are in no folder that every program searches. */
function desktopEnvironment({ programs }: Surroundings): { PATH?: string } {
  const folders = [...new Set(programs.map((program) => dirname(program)))];
  const missing = folders.filter((folder) => !desktopPath.includes(folder));
  return missing.length === 0 ? {} : { PATH: [...missing, ...desktopPath].join(":") };
}

/** Of an agent that listens at the same place in each login: in the home or run-time folder, without a number of its own. */
export function isLastingSocket(socket: string, home: string): boolean {
  const within = socket.startsWith(`${home}/`) || /^\/run\/user\/\d+\//.test(socket);
  const named = /\/ssh-[^/]*\/|agent\.\d+$|\/\.ssh\/agent\/|\/vscode-ssh-auth/.test(socket);
  return within && !named;
}
