import { expect, test } from "bun:test";
import { cpSync, chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { loadConfig, type LoadedConfig } from "../../../src/config/load-config.ts";
import { TempHome } from "../../support/temp-home.ts";

const trees = join(import.meta.dir, "../../fixtures/python-trees");

/** The tree as the original leaves it: inner files with the umask's modes, config.yml closed by the user. */
function loadTree(temp: TempHome, name: string): LoadedConfig {
  temp.write(".ssh/id_rsa", "key");
  cpSync(join(trees, name), temp.root, { recursive: true });
  chmodSync(temp.configFile, 0o600);
  return loadConfig({ path: temp.configFile, home: temp.home });
}

function facts(loaded: LoadedConfig): Record<string, unknown> {
  const rows = [...loaded.connections].map(([name, entry]) => {
    if ("problem" in entry) return [name, entry.problem.split(" ")[0]];
    const { host, user, port, description } = entry.config;
    return [name, [host, user, port, description]];
  });
  return Object.fromEntries(rows);
}

// What the original itself makes of these files, but that a name or a text keeps its spelling (`yes`, 0777).
const expected: Readonly<Record<string, Record<string, unknown>>> = {
  minimal: { "my-server": ["192.168.1.100", "username", undefined, ""] },
  "all-keys": {
    "my-server": ["192.168.1.100", "username", 22, "My remote server"],
    "prod-db": ["db.example.com", "deploy", 2222, "Production database host (read-only)"],
    "by-address": ["fe80::1%eth0", "root", undefined, ""],
  },
  "password-only": {
    "test-server": ["test.example.com", "demo", 22, ""],
    "numeric-password": ["test.example.com", "demo", undefined, ""],
  },
  "numeric-names": {
    "42": ["10.0.0.42", "root", undefined, ""],
    "3.14": ["10.0.0.3", "root", undefined, ""],
    "0777": ["10.0.0.7", "root", undefined, ""],
    yes: ["10.0.0.1", "root", undefined, ""],
    "with blanks & Umläute": ["10.0.0.9", "root", undefined, ""],
  },
  "extra-keys": { plain: ["10.0.0.1", "root", undefined, ""], extended: "unknown" },
  "duplicate-keys": { web: ["10.0.0.1", "root", 2222, ""], web2: ["10.0.0.3", "root", undefined, ""] },
  "yaml-1.1": {
    octal: ["a", "root", 511, ""],
    sexagesimal: ["a", "root", 1350, ""],
    hexadecimal: ["a", "root", 22, ""],
    binary: ["a", "root", 22, ""],
    underscored: ["a", "root", 2222, ""],
    tagged: ["10", "root", 22, ""],
    "no-port": ["a", "root", undefined, ""],
    words: ["on", "yes", undefined, "yes"],
    date: ["a", "1000", undefined, "2025-01-02"],
    folded: ["a", "y", undefined, "two lines\n"],
  },
  anchors: {
    one: ["10.0.0.1", "deploy", 2222, ""],
    two: ["10.0.0.2", "root", 2222, "from more"],
    three: ["10.0.0.2", "root", 2222, "from more"],
  },
};

test("each tree of the Python original is looked at", () => {
  expect(readdirSync(trees).toSorted()).toEqual(Object.keys(expected).toSorted());
});

test.each(Object.entries(expected))(
  "the original's tree %p loads with the same connections",
  async (name, connections) => {
    await using temp = new TempHome();
    expect(facts(loadTree(temp, name))).toEqual(connections);
  },
);

const messages: readonly [tree: string, faults: readonly string[], warnings: readonly string[]][] = [
  ["all-keys", [], []],
  ["password-only", [], []],
  ["extra-keys", ['unknown key "version"', 'unknown key "timeout"', 'unknown key "jump"'], []],
  ["duplicate-keys", [], ['"port" stands here a second time', '"web2" stands here a second time']],
  ["anchors", ['unknown key "defaults"', 'unknown key "more"'], []],
];

test.each(messages)("of the tree %p these faults and warnings are told", async (name, faults, warnings) => {
  await using temp = new TempHome();
  const loaded = loadTree(temp, name);
  expect(loaded.faults.map(({ message }) => message)).toEqual([...faults]);
  expect(loaded.warnings.map(({ message }) => message)).toEqual(
    warnings.map((warning) => expect.stringContaining(warning)),
  );
});
