import { nearestName } from "../base/nearest-name.ts";
import { UserError } from "../base/user-error.ts";
import { createWordMask } from "../base/word-mask.ts";
import type { Settings } from "./connection-config.ts";
import type { Fault, Place } from "./fault.ts";
import { faultAt, unknownKeyWords, type FaultContext, type FaultWords } from "./issue-faults.ts";
import { parseYaml } from "./parse-yaml.ts";
import { readConnection, type Folders, type ReadConnection } from "./read-connection.ts";
import { readSettings } from "./read-settings.ts";
import type { YamlMap, YamlNode } from "./yaml-tree.ts";

/** `plainSecrets` are all that stand in the file as text, for masking. */
export type ParsedConfig = {
  readonly settings: Settings;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly plainSecrets: readonly string[];
  readonly reads: ReadonlyMap<string, ReadConnection>;
  readonly context: FaultContext;
  readonly barrier: string | undefined;
  readonly settingsPlace: Place;
  /** Where transfer_dirs stands. */
  readonly transfersPlace: Place | undefined;
};

const topKeys = ["connections", "settings"];
const start: Place = { line: 1, column: 1 };
const firstSteps =
  "write `connections:` and under it, indented by two spaces, a name with `host:` and `user:`";

/** Throws InvalidConfig when nothing of the file can be used. */
export function parseConfig(text: string, path: string, folders: Folders): ParsedConfig {
  const lines = text.split("\n");
  const yaml = parseYaml(text);
  if (yaml.complaints.length > 0) {
    const context = { lines, mask: createWordMask([]) };
    throw invalidFile(
      path,
      yaml.complaints.map(({ place, message, fix }) =>
        faultAt(context, place, { message, expected: "one YAML document", fix }),
      ),
    );
  }
  const top = topMap(yaml.root, text, path, { lines, mask: createWordMask([]) });
  const plainSecrets = plainSecretsOf(top.connections);
  const context: FaultContext = { lines, mask: createWordMask(plainSecrets) };
  const settings = readSettings(top.root.entries.get("settings"), context, folders);
  const names = new Set(top.connections.entries.keys());
  const reads = new Map<string, ReadConnection>();
  for (const [name, entry] of top.connections.entries) {
    reads.set(
      name,
      readConnection(name, entry, { faults: context, folders, names, barrier: settings.barrier }),
    );
  }
  const faults = [
    ...unknownTopKeys(top.root, context),
    ...settings.faults,
    ...[...reads.values()].flatMap((read) => read.faults),
  ];
  return {
    settings: settings.settings,
    faults: faults.toSorted(byPlace),
    warnings: warningsOf(yaml.warnings, top.connections, context),
    plainSecrets,
    reads,
    context,
    barrier: settings.barrier,
    settingsPlace: top.root.entries.get("settings")?.keyPlace ?? start,
    transfersPlace: placeIn(top.root.entries.get("settings")?.value, "transfer_dirs"),
  };
}

function placeIn(node: YamlNode | undefined, key: string): Place | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.value.place : undefined;
}

/** CONFIG_INVALID of the whole file; `faults` are also in `details`. */
export class InvalidConfig extends UserError {
  readonly faults: readonly Fault[];

  constructor(message: string, hint: string, path: string, faults: readonly Fault[]) {
    super("CONFIG_INVALID", message, hint, { details: { path, faults } });
    this.faults = faults;
  }
}

function invalidFile(path: string, faults: readonly Fault[]): InvalidConfig {
  const first = faults[0];
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  const message =
    first === undefined
      ? `${path} cannot be used`
      : `${path}, line ${first.line}, column ${first.column}: ${first.message}${more}`;
  return new InvalidConfig(message, first?.fix ?? "run `mcp-ssh-interactive validate`", path, faults);
}

export function byPlace(left: Fault, right: Fault): number {
  return left.line - right.line || left.column - right.column;
}

function topMap(
  root: YamlNode | undefined,
  text: string,
  path: string,
  context: FaultContext,
): { root: YamlMap; connections: YamlMap } {
  const refuse = (place: Place, words: FaultWords) => invalidFile(path, [faultAt(context, place, words)]);
  const expected = "a map with the key `connections`";
  if (root === undefined) {
    const message =
      text.trim() === "" ? "the file is empty" : "the file holds no connections, only comments or nothing";
    throw refuse(start, { message, expected, fix: firstSteps });
  }
  if (root.kind !== "map")
    throw refuse(root.place, {
      message: `the file is a ${nameOf(root)}, not a map`,
      expected,
      fix: firstSteps,
    });
  const entry = root.entries.get("connections");
  if (entry === undefined) {
    const near = [...root.entries].find(
      ([key]) => nearestName(key.slice(0, 100), ["connections"]) !== undefined,
    );
    const fix = near === undefined ? firstSteps : `did you mean \`connections\` instead of \`${near[0]}\`?`;
    throw refuse(near?.[1].keyPlace ?? start, { message: "there is no key `connections`", expected, fix });
  }
  if (entry.value.kind === "map") return { root, connections: entry.value };
  const isNull = entry.value.kind === "scalar" && entry.value.value === null;
  const message = isNull
    ? "`connections` is empty"
    : `\`connections\` is a ${nameOf(entry.value)}, not a map`;
  throw refuse(entry.keyPlace, { message, expected: "a map of names to connections", fix: firstSteps });
}

function nameOf(node: YamlNode): string {
  return node.kind === "scalar" ? "single value" : node.kind;
}

function plainSecretsOf(connections: YamlMap): string[] {
  const found = new Set<string>();
  const take = (node: YamlNode | undefined) => {
    if (node?.kind === "scalar" && node.text !== "") found.add(node.text);
  };
  for (const { value } of connections.entries.values()) {
    if (value.kind !== "map") continue;
    take(value.entries.get("password")?.value);
    take(value.entries.get("passphrase")?.value);
    const secrets = value.entries.get("secrets")?.value;
    if (secrets?.kind === "map") for (const entry of secrets.entries.values()) take(entry.value);
  }
  return [...found];
}

/** Top-level keys that begin with `x-` are places for anchors. */
function unknownTopKeys(root: YamlMap, context: FaultContext): Fault[] {
  return [...root.entries]
    .filter(([key]) => !topKeys.includes(key) && !key.startsWith("x-"))
    .map(([key, { keyPlace }]) => faultAt(context, keyPlace, unknownKeyWords(key, topKeys)));
}

function warningsOf(
  complaints: readonly { place: Place; message: string; fix: string }[],
  connections: YamlMap,
  context: FaultContext,
): Fault[] {
  const warnings = complaints.map(({ place, message, fix }) =>
    faultAt(context, place, { message, expected: "each key once", fix }),
  );
  if (connections.entries.size === 0) {
    warnings.push(
      faultAt(context, connections.place, {
        message: "there are no connections",
        expected: "at least one",
        fix: firstSteps,
      }),
    );
  }
  return warnings.toSorted(byPlace);
}
