import { inspectClients, type ClientState } from "../install/registration.ts";
import { lookAround } from "../install/surroundings.ts";
import type { Finding } from "./finding.ts";
import type { Place } from "./place.ts";

const name = "clients";
const install = "mcp-ssh-interactive install";

/** How the MCP clients of this machine have this server registered; one that does not know it matters only where none does. */
export function checkClients({ home, ownEnv, tree }: Place): Finding[] {
  const states = inspectClients(lookAround({ home, env: ownEnv, root: tree.root }));
  const known = states.flatMap((state) => findingOf(state) ?? []);
  if (known.length > 0) return known;
  const found = states.filter(({ present }) => present).map(({ client }) => client.title);
  if (found.length === 0)
    return [
      { name, verdict: "warn", fact: "no MCP client was found on this machine", fix: `${install} --print` },
    ];
  const fact = `no MCP client has this server registered; found: ${found.join(", ")}`;
  return [{ name, verdict: "warn", fact, fix: install }];
}

function findingOf({ client, file, registration }: ClientState): Finding | undefined {
  const fix = `${install} ${client.name}`;
  const place = `${client.title} (${file})`;
  switch (registration.state) {
    case "none":
      return undefined;
    case "good":
      return { name, verdict: "ok", fact: `${place} starts this program` };
    case "outdated":
      return { name, verdict: "warn", fact: `${place} starts this program with other settings`, fix };
    case "disabled":
      return {
        name,
        verdict: "warn",
        fact: `${place} has this server switched off`,
        fix: "switch it on there",
      };
    case "other":
      return { name, verdict: "warn", fact: `${place} starts another program: ${registration.program}`, fix };
    case "missing":
      return {
        name,
        verdict: "fail",
        fact: `${place} starts ${registration.program || "nothing"}, which is not there`,
        fix,
      };
    case "unreadable":
      return { name, verdict: "fail", fact: registration.message, fix: registration.hint };
  }
}
