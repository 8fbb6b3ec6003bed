import { UserError } from "../base/user-error.ts";
import type { SshConnection } from "./connection.ts";
import { parseJumpList } from "./jump-list.ts";
import type { ResolvedHost } from "./resolve.ts";

/** A host to go through; `label` is the name that its owner knows it by, `isDirect` that no ProxyCommand of ssh_config's leads to it. */
export type Hop = Omit<SshConnection, "name" | "proxyJump"> & {
  readonly label: string;
  readonly isDirect?: boolean;
};

export type RouteLookup = {
  connection(name: string): SshConnection | undefined;
  /** The settings of a hop in the user's own configuration. */
  resolve(hop: Hop): Promise<ResolvedHost>;
};

const maxHops = 16;

/**
 * The hops to a connection, the first one dialled first; undefined when ssh_config's own ProxyCommand, or nothing,
 * leads there. What the connection says goes before ssh_config. Throws CONFIG_INVALID for a loop.
 */
export async function planRoute(
  connection: SshConnection,
  resolved: ResolvedHost,
  lookup: RouteLookup,
): Promise<readonly Hop[] | undefined> {
  if (connection.proxyJump !== undefined)
    return routeThrough(connection.proxyJump, true, [connection.name], lookup);
  if (resolved.proxyJump !== undefined) return routeThrough(resolved.proxyJump, false, [], lookup);
  return undefined;
}

/** Names of connections count only where our own configuration speaks (`named`), not in ssh_config's ProxyJump. */
async function routeThrough(
  list: string,
  named: boolean,
  passed: readonly string[],
  lookup: RouteLookup,
): Promise<Hop[]> {
  const hops = readHops(list, named, lookup);
  const [first] = hops;
  if (first === undefined) return [];
  const here = passed.concat(hops.map(({ key }) => key));
  if (new Set(here).size < here.length || here.length > maxHops) throw loop(here);
  const before = await routeBefore(first, here, lookup);
  const firstHop = first.proxyJump === undefined ? first.hop : { ...first.hop, isDirect: true };
  return [...before, firstHop, ...hops.slice(1).map(({ hop }) => hop)];
}

async function routeBefore(first: NamedHop, passed: readonly string[], lookup: RouteLookup): Promise<Hop[]> {
  if (first.proxyJump !== undefined) return routeThrough(first.proxyJump, true, passed, lookup);
  const { proxyJump } = await lookup.resolve(first.hop);
  return proxyJump === undefined ? [] : routeThrough(proxyJump, false, passed, lookup);
}

type NamedHop = { readonly hop: Hop; readonly key: string; readonly proxyJump: string | undefined };

function readHops(list: string, named: boolean, lookup: RouteLookup): NamedHop[] {
  if (list.trim().toLowerCase() === "none") return [];
  return list.split(",").map((item) => {
    const connection = named ? lookup.connection(item.trim()) : undefined;
    if (connection !== undefined) {
      const { name, proxyJump, ...rest } = connection;
      return { hop: { ...rest, label: name }, key: name, proxyJump };
    }
    const [jump] = parseJumpList(item);
    if (jump === undefined)
      throw new UserError(
        "CONFIG_INVALID",
        "`none` stands inside a list of jump hosts",
        "Write proxy_jump as `none` alone, or as a list of hosts.",
      );
    const key = `${jump.user ?? ""}@${jump.host}:${jump.port ?? ""}`;
    return { hop: { ...jump, sshOptions: {}, label: item.trim() }, key, proxyJump: undefined };
  });
}

function loop(passed: readonly string[]): UserError {
  return new UserError(
    "CONFIG_INVALID",
    `the jump hosts lead in a circle: ${passed.join(", ")}`,
    "Take the repeated one out of proxy_jump, or of ProxyJump in your ssh_config.",
  );
}
