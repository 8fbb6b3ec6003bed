import { dirname } from "node:path";

import { shellWord } from "../base/shell-word.ts";
import { checkFolder, configFileVersion, readConfigFile } from "./config-file.ts";
import type { Settings } from "./connection-config.ts";
import type { Fault } from "./fault.ts";
import { fileStatus, renderMode } from "./file-status.ts";
import { faultAt } from "./issue-faults.ts";
import { guideFor } from "./key-guide.ts";
import { byPlace, parseConfig, type ParsedConfig } from "./parse-config.ts";
import { shownOfConfig, type ConnectionEntry, type Folders } from "./read-connection.ts";
import { withUsableJumps } from "./usable-jumps.ts";

/** `home` is the user's home folder; `root` the tree of ours, by default the folder of `path`. */
export type ConfigLocation = { readonly path: string; readonly home: string; readonly root?: string };

/** Every fault with its place; a connection with one is a `problem`, the others stay usable. `plainSecrets` is for masking. */
export type LoadedConfig = {
  readonly connections: ReadonlyMap<string, ConnectionEntry>;
  readonly settings: Settings;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly plainSecrets: readonly string[];
};

/** Throws UserError CONFIG_INVALID (InvalidConfig for faults with a place) when nothing of the file can be used. */
export function loadConfig(location: ConfigLocation): LoadedConfig {
  return loadParsedConfig(location).loaded;
}

/** For looking closer at what loadConfig has read. */
export function loadParsedConfig(location: ConfigLocation): {
  parsed: ParsedConfig;
  loaded: LoadedConfig;
  folders: Folders;
} {
  const { parsed } = readConfig(location);
  return {
    parsed,
    loaded: withKeyFiles(parsed),
    folders: { home: location.home, root: location.root ?? dirname(location.path) },
  };
}

export type ConfigSource = {
  /** As loadConfig; parses anew only when the file was changed. A file that was mended works at the next call. */
  current(): LoadedConfig;
};

export function createConfigSource(location: ConfigLocation): ConfigSource {
  let last: { readonly parsed: ParsedConfig; readonly version: string } | undefined;
  return {
    current() {
      const { path, root = dirname(path) } = location;
      checkFolder(root);
      if (last === undefined || configFileVersion(path) !== last.version) last = readConfig(location);
      return withKeyFiles(last.parsed);
    },
  };
}

function readConfig({ path, home, root = dirname(path) }: ConfigLocation): {
  parsed: ParsedConfig;
  version: string;
} {
  checkFolder(root);
  const { text, version } = readConfigFile(path);
  return { parsed: parseConfig(text, path, { home, root }), version };
}

/** Key files come and go without a change of the configuration, so they are looked at on every call. */
function withKeyFiles({
  settings,
  faults,
  warnings,
  plainSecrets,
  reads,
  context,
}: ParsedConfig): LoadedConfig {
  const entries = new Map<string, ConnectionEntry>();
  const found: Fault[] = [];
  for (const [name, { entry, placeOf }] of reads) {
    entries.set(name, entry);
    if (!("config" in entry) || entry.config.keyPath === undefined) continue;
    const wrong = keyFileProblem(entry.config.keyPath);
    if (wrong === undefined) continue;
    const { message, fix, blocks, openFile } = wrong;
    const place = placeOf("key_path");
    const words = { message, expected: guideFor("key_path").expected, fix };
    const fault = faultAt(context, place, words, name);
    found.push(openFile === undefined ? fault : { ...fault, openFile });
    if (blocks)
      entries.set(name, { problem: `${message} (line ${place.line})`, shown: shownOfConfig(entry.config) });
  }
  const connections = withUsableJumps(entries);
  return { connections, settings, faults: [...faults, ...found].toSorted(byPlace), warnings, plainSecrets };
}

/** ssh itself says on opening when a key that is there cannot be used, so only a missing one blocks. */
function keyFileProblem(
  path: string,
): { message: string; fix: string; blocks: boolean; openFile?: string } | undefined {
  const stats = fileStatus(path);
  if (stats === undefined)
    return {
      message: `the key file ${path} does not exist or cannot be reached`,
      fix: "correct the path, or remove key_path to use the agent",
      blocks: true,
    };
  if (!stats.isFile())
    return {
      message: `the key file ${path} is not a regular file`,
      fix: "give the path of the private key itself",
      blocks: true,
    };
  if ((stats.mode & 0o077n) === 0n) return undefined;
  return {
    message: `the key file ${path} is open to others (mode ${renderMode(stats.mode)})`,
    fix: `run \`chmod 600 ${shellWord(path)}\``,
    blocks: false,
    openFile: path,
  };
}
