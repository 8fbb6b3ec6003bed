import { join } from "node:path";

import { jumpProblem } from "./address.ts";
import type { ConnectionConfig, InfoFile, NamedSecret } from "./connection-config.ts";
import type { Fault, Place } from "./fault.ts";
import { faultAt, faultsOfIssues, toPlain, type FaultContext } from "./issue-faults.ts";
import { guideFor } from "./key-guide.ts";
import { connectionKeysAt, connectionSchema, connectionShape, type ConnectionInput } from "./schema.ts";
import { expandUserPath } from "./user-path.ts";
import type { YamlEntry, YamlNode } from "./yaml-tree.ts";

/** Where relative paths begin: `home` is the user's, `root` the tree of ours. */
export type Folders = { readonly home: string; readonly root: string };

/** What could be read of a connection that does not open. */
export type ShownOfProblem = {
  readonly host?: string;
  readonly user?: string;
  readonly port?: number;
  readonly description?: string;
};

/** A connection that opens, or why it does not. */
export type ConnectionEntry =
  | { readonly config: ConnectionConfig }
  | { readonly problem: string; readonly shown: ShownOfProblem };

/** `placeOf` is for faults that are found later. */
export type ReadConnection = {
  readonly entry: ConnectionEntry;
  readonly faults: readonly Fault[];
  readonly input: ConnectionInput | undefined;
  readonly infoFile: InfoFile | undefined;
  readonly placeOf: (key: string) => Place;
};

export type ConnectionSurroundings = {
  readonly faults: FaultContext;
  readonly folders: Folders;
  readonly names: ReadonlySet<string>;
  /** Why no connection at all may open, if so. */
  readonly barrier: string | undefined;
};

const maxShownProblems = 5;

export function readConnection(
  name: string,
  { keyPlace, value }: YamlEntry,
  around: ConnectionSurroundings,
): ReadConnection {
  const placeOf = (key: string) =>
    value.kind === "map" ? (value.entries.get(key)?.value.place ?? keyPlace) : keyPlace;
  const parsed = connectionSchema.safeParse(toPlain(value, isAbsent));
  const where = { node: value, place: keyPlace, keysAt: connectionKeysAt, connection: name };
  const faults = parsed.success ? [] : faultsOfIssues(around.faults, parsed.error.issues, where);
  const report = (key: string, message: string, fix: string) => {
    const place = key === "" ? keyPlace : placeOf(key);
    faults.push(faultAt(around.faults, place, { message, expected: guideFor(key).expected, fix }, name));
  };
  checkName(name, report);
  const input = parsed.data;
  if (input !== undefined) {
    checkPaths(input, around.folders, report);
    checkJump(name, input, around.names, report);
  }
  const problems = faults.slice(0, maxShownProblems).map(({ line, message }) => `${message} (line ${line})`);
  if (faults.length > maxShownProblems) problems.push(`and ${faults.length - maxShownProblems} more`);
  if (around.barrier !== undefined) problems.push(around.barrier);
  const config = input === undefined || problems.length > 0 ? undefined : toConfig(name, input, around);
  const entry =
    config === undefined ? { problem: problems.join("; "), shown: shownOf(value, around) } : { config };
  const infoFile = input?.info_file === undefined ? undefined : infoFileOf(input.info_file, around.folders);
  return { entry, faults, input, infoFile, placeOf };
}

type Report = (key: string, message: string, fix: string) => void;

/** As in the Python original, empty text means absent there; a safety key that is empty is a slip, and reported. */
function isAbsent(key: string, value: YamlNode): boolean {
  if (
    value.kind !== "scalar" ||
    key === "policy" ||
    key === "host_key" ||
    key === "host" ||
    key === "secrets"
  )
    return false;
  const blank =
    ["key_path", "password", "passphrase", "description", "info_file"].includes(key) && value.text === "";
  return value.value === null || blank;
}

function checkName(name: string, report: Report): void {
  if (name !== "" && name.length <= 128 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return;
  report(
    "",
    "the connection's name is empty, too long, or holds control characters",
    "name it with 1 to 128 printable characters",
  );
}

function checkPaths(input: ConnectionInput, folders: Folders, report: Report): void {
  for (const key of ["key_path", "info_file"] as const) {
    const path = input[key];
    if (path !== undefined && expandUserPath(path, folders.home, folders.root) === undefined) {
      report(key, `${key} begins with another user's ~`, "write the absolute path");
    }
  }
}

function checkJump(
  name: string,
  { proxy_jump: jump }: ConnectionInput,
  names: ReadonlySet<string>,
  report: Report,
): void {
  if (jump === undefined) return;
  if (jump === name)
    report(
      "proxy_jump",
      "proxy_jump names this connection itself",
      "name the connection that is the way to it",
    );
  else if (!names.has(jump)) {
    const addresses = jump.split(",").filter((hop) => !names.has(hop));
    const problem = addresses.length === 0 ? undefined : jumpProblem(addresses.join(","));
    if (problem !== undefined) report("proxy_jump", problem.message, problem.fix);
  }
}

function toConfig(
  name: string,
  input: ConnectionInput,
  { folders, faults }: ConnectionSurroundings,
): ConnectionConfig {
  const keyPath =
    input.key_path === undefined ? undefined : expandUserPath(input.key_path, folders.home, folders.root);
  const useAgent = input.use_agent ?? (input.key_path === undefined && input.password === undefined);
  const infoFile = input.info_file === undefined ? undefined : infoFileOf(input.info_file, folders);
  const policy = input.policy ?? {};
  return {
    name,
    host: input.host,
    ...(input.user === undefined ? {} : { user: input.user }),
    ...(input.port === undefined ? {} : { port: input.port }),
    ...(keyPath === undefined ? {} : { keyPath }),
    useAgent,
    auth: [
      ...(keyPath === undefined ? [] : ["key" as const]),
      ...(input.password === undefined ? [] : ["password" as const]),
      ...(useAgent ? ["agent" as const] : []),
    ],
    description: faults.mask(descriptionOf(input.description)),
    ...(infoFile === undefined ? {} : { infoFile }),
    ...(input.proxy_jump === undefined ? {} : { proxyJump: input.proxy_jump }),
    sshOptions: input.ssh_options ?? {},
    hostKey: input.host_key ?? "strict",
    shellIntegration: input.shell_integration ?? "auto",
    ...(input.password === undefined ? {} : { password: located(input.password, folders).source }),
    ...(input.passphrase === undefined ? {} : { passphrase: located(input.passphrase, folders).source }),
    secrets: new Map(
      Object.entries(input.secrets ?? {}).map(([key, secret]) => [key, located(secret, folders)]),
    ),
    policy: {
      mode: policy.mode ?? "full",
      allow: policy.allow ?? [],
      deny: policy.deny ?? [],
      ...(policy.approval === undefined ? {} : { approval: policy.approval }),
    },
    tags: input.tags ?? [],
  };
}

/** Of another user's `~` the path stays as it is, and no such file is found. */
function located(secret: NamedSecret, { home, root }: Folders): NamedSecret {
  const { source } = secret;
  if (source.kind !== "file") return secret;
  const from = expandUserPath(source.from, home, root) ?? source.from;
  return { ...secret, source: { ...source, from } };
}

function infoFileOf(path: string, { home, root }: Folders): InfoFile | undefined {
  const within = join(root, "info");
  const expanded = expandUserPath(path, home, within);
  if (expanded === undefined) return undefined;
  return path.startsWith("/") || path.startsWith("~") ? { path: expanded } : { path: expanded, within };
}

/** The original took any value as a description; a list or map is shown as JSON. */
function descriptionOf(description: unknown): string {
  if (description === undefined) return "";
  const text = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(text);
    if ("kind" in value && value.kind === "scalar" && "text" in value) return value.text;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, text(inner)]));
  };
  const plain = text(description);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

export function shownOfConfig({ host, user, port, description }: ConnectionConfig): ShownOfProblem {
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    description,
  };
}

function shownOf(node: YamlNode, { faults }: ConnectionSurroundings): ShownOfProblem {
  if (node.kind !== "map") return {};
  const plain = (key: string) => node.entries.get(key)?.value;
  const host = connectionShape.host.safeParse(plain("host")).data;
  const user = connectionShape.user.safeParse(plain("user")).data;
  const port = connectionShape.port.safeParse(plain("port")).data;
  const description = plain("description");
  return {
    ...(host === undefined ? {} : { host }),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(description?.kind === "scalar" && description.text !== ""
      ? { description: faults.mask(description.text) }
      : {}),
  };
}
