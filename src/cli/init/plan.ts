import { basename } from "node:path";

import {
  addConnection,
  emptyConfig,
  type ConnectionKeys,
  type EditedFile,
} from "../../config/edit-config.ts";

/** How a host is logged in to; `ssh` leaves it to ssh's own configuration and the agent. Paths may begin with `~`. */
export type Login =
  | { readonly kind: "ssh" }
  | { readonly kind: "key"; readonly path: string; readonly encrypted: boolean }
  | { readonly kind: "password" };

export type NewConnection = {
  readonly name: string;
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  readonly login: Login;
};

/** An MCP client whose list of servers would name this program. */
export type ClientChange = { readonly name: string; readonly title: string; readonly path: string };

/** What the human, or the flags, asked for. */
export type Wanted = {
  readonly connections: readonly NewConnection[];
  readonly notes: boolean;
  readonly test: boolean;
  readonly clients: readonly ClientChange[];
};

/** What is on this machine. `config.text` is empty and `configExists` false where there is no config.yml yet. */
export type Found = {
  readonly config: EditedFile;
  readonly configExists: boolean;
  readonly treeExists: boolean;
  readonly infoFiles: ReadonlySet<string>;
  /** For the name of the backup, e.g. 20261122-143005. */
  readonly stamp: string;
};

/** What will be created and changed, and nothing else. Files of notes are names in info/. */
export type Plan = {
  readonly createsTree: boolean;
  readonly config?: {
    readonly before: string;
    readonly after: string;
    /** The name that the old file is kept under; undefined where there is none. */
    readonly backup?: string;
  };
  readonly connections: readonly NewConnection[];
  readonly tests: boolean;
  readonly notes: readonly { readonly connection: string; readonly file: string }[];
  readonly keptNotes: readonly string[];
  readonly clients: readonly ClientChange[];
};

/** Throws CONFIG_INVALID where the configuration cannot take a connection. */
export function makePlan(wanted: Wanted, found: Found): Plan {
  const { config, configExists, treeExists, infoFiles, stamp } = found;
  const files = wanted.connections.map((connection) => ({
    connection: connection.name,
    file: noteFile(connection.name),
  }));
  let after = config.text;
  for (const connection of wanted.connections) {
    const keys = connectionKeys(connection, wanted.notes ? noteFile(connection.name) : undefined);
    after = addConnection({ ...config, text: after }, connection.name, keys);
  }
  if (!configExists && after === "") after = emptyConfig;
  const isThere = ({ file }: { file: string }) => infoFiles.has(file);
  const backup = configExists ? { backup: `${basename(config.path)}.${stamp}.bak` } : {};
  return {
    createsTree: !treeExists,
    ...(after === config.text ? {} : { config: { before: config.text, after, ...backup } }),
    connections: wanted.connections,
    tests: wanted.test && wanted.connections.length > 0,
    notes: wanted.notes ? files.filter((note) => !isThere(note)) : [],
    keptNotes: wanted.notes ? files.filter(isThere).map(({ file }) => file) : [],
    clients: wanted.clients,
  };
}

export function isEmpty(plan: Plan): boolean {
  return !plan.createsTree && plan.config === undefined && plan.clients.length === 0;
}

/** In the spelling of config.yml. */
export function connectionKeys(
  { host, user, port, login }: NewConnection,
  infoFile?: string,
): ConnectionKeys {
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(login.kind === "key" ? { key_path: login.path } : {}),
    ...(login.kind === "key" && login.encrypted ? { use_agent: true, passphrase: { ask: true } } : {}),
    ...(login.kind === "password" ? { password: { ask: true } } : {}),
    ...(infoFile === undefined ? {} : { info_file: infoFile }),
  };
}

/** The same for the same name, so that notes that are there already are found. */
function noteFile(name: string): string {
  return `${name.replace(/[^\p{L}\p{N}_.-]+/gu, "-").replace(/^[.-]+|[.-]+$/g, "") || "host"}.md`;
}

/** Each line of `after` that is not in `before`, as one block was put in. */
export function insertedLines(before: string, after: string): string[] {
  const old = before.split("\n");
  const lines = after.split("\n");
  const head = lines.findIndex((line, index) => line !== old[index]);
  if (head === -1) return [];
  let tail = 0;
  while (tail < old.length - head && old.at(-1 - tail) === lines.at(-1 - tail)) tail++;
  return lines.slice(head, lines.length - tail);
}
