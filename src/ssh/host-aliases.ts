import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

import { isPlainHost } from "./resolve.ts";

// ssh_config(5) of OpenSSH 9.2, read on 2026-11-22: Host patterns, Include with glob(3) and relative to ~/.ssh.

const maxFiles = 200;
const maxBytes = 1024 * 1024;

/** The hosts that ssh_config and its Includes name without patterns, in the order of the files. Runs nothing, asks nobody. */
export function listHostAliases(configFile: string, home: string = homedir()): string[] {
  const names = new Set<string>();
  readInto(names, configFile, { home, folder: dirname(configFile), seen: new Set() });
  return [...names];
}

type Reading = { readonly home: string; readonly folder: string; readonly seen: Set<string> };

function readInto(names: Set<string>, path: string, reading: Reading): void {
  if (reading.seen.has(path) || reading.seen.size >= maxFiles) return;
  reading.seen.add(path);
  for (const line of readLines(path)) {
    const [keyword = "", ...words] = splitWords(line);
    if (keyword === "host") for (const name of words.filter(isAlias)) names.add(name);
    if (keyword === "include")
      for (const included of words.flatMap((word) => expand(word, reading)))
        readInto(names, included, reading);
  }
}

function readLines(path: string): string[] {
  try {
    const facts = statSync(path);
    return facts.isFile() && facts.size <= maxBytes ? readFileSync(path, "utf8").split(/\r?\n/) : [];
  } catch {
    return [];
  }
}

/** The keyword in lower case, then the words behind blanks or one `=`; quotes hold a word together. */
function splitWords(line: string): string[] {
  const parts = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+|(?="))(.*)$/.exec(line);
  if (parts === null) return [];
  const words: string[] = [];
  for (const [, quoted, bare] of (parts[2] ?? "").matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    if (bare?.startsWith("#") === true) break;
    words.push(quoted ?? bare ?? "");
  }
  return [(parts[1] ?? "").toLowerCase(), ...words];
}

function isAlias(name: string): boolean {
  return isPlainHost(name) && !/[*?!%]/.test(name);
}

function expand(pattern: string, { home, folder }: Reading): string[] {
  const path = pattern.replace(/^~(?=\/)/, home);
  const absolute = isAbsolute(path) ? path : join(folder, path);
  if (!/[*?[]/.test(absolute)) return [absolute];
  return [...new Bun.Glob(absolute.slice(1)).scanSync({ cwd: "/", absolute: true })].toSorted();
}
