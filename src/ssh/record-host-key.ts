import { createHmac, randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { writeFileAtomically } from "../platform/atomic-file.ts";
import { expandHome, knownHostsName, type KnownKey } from "./known-hosts.ts";
import type { ResolvedHost } from "./resolve.ts";

// sshd(8), SSH_KNOWN_HOSTS FILE FORMAT, read for OpenSSH 9.2 on 2026-11-22.

/** `key` is the base64 of known_hosts. */
export type HostKey = { readonly type: string; readonly key: string };

/** The file into which ssh itself would write a new key of this host. */
export function writtenFile({ userKnownHostsFiles: [file = ""] }: ResolvedHost): string {
  return expandHome(file);
}

/** Those of the known keys that are of the same type as the offered one, and another key: ssh calls them changed. */
export function contradicting(known: readonly KnownKey[], offered: HostKey): KnownKey[] {
  return known.filter(({ file, line }) => {
    const [hosts = "", type, key] = linesOf(file)[line - 1]?.trim().split(/\s+/) ?? [];
    return !hosts.startsWith("@") && type === offered.type && key !== offered.key;
  });
}

/**
 * Adds the key to the user's known_hosts and takes the host's name off the lines that contradict it; each file that
 * changes is kept as `FILE.old`. Returns the lines that could not be changed: those of a pattern, or of the system.
 */
export function recordHostKey(
  resolved: ResolvedHost,
  offered: HostKey,
  stale: readonly KnownKey[],
): KnownKey[] {
  const name = knownHostsName(resolved);
  const own = new Set(resolved.userKnownHostsFiles.map(expandHome));
  const left = stale.filter(({ file, line }) => {
    const text = linesOf(file)[line - 1] ?? "";
    return !own.has(file) || withoutName(text, name) === text;
  });
  const target = writtenFile(resolved);
  for (const file of new Set([target, ...stale.map((key) => key.file)])) {
    const gone = stale.filter((key) => key.file === file && !left.includes(key)).map(({ line }) => line);
    if (file !== target && gone.length === 0) continue;
    const added = file === target ? [renderLine(name, offered, resolved.hashKnownHosts)] : [];
    replaceFile(file, editLines(linesOf(file), name, gone, added));
  }
  return left;
}

function editLines(
  lines: readonly string[],
  name: string,
  gone: readonly number[],
  added: readonly string[],
): string {
  const kept = lines.flatMap((line, index) =>
    gone.includes(index + 1) ? (withoutName(line, name) ?? []) : line,
  );
  return [...kept, ...added].map((line) => `${line}\n`).join("");
}

/** Undefined where the line names no other host. A hashed name stands alone. */
function withoutName(line: string, name: string): string | undefined {
  const [, hosts = "", rest = ""] = /^\s*(\S+)(.*)$/.exec(line) ?? [];
  if (hosts.startsWith("|")) return undefined;
  const names = hosts.split(",");
  const others = names.filter((each) => each.toLowerCase() !== name);
  if (others.length === names.length) return line;
  return others.length === 0 ? undefined : `${others.join(",")}${rest}`;
}

function renderLine(name: string, { type, key }: HostKey, isHashed: boolean): string {
  return `${isHashed ? hashName(name) : name} ${type} ${key}`;
}

function hashName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

/** Bytes that are no UTF-8 must survive. */
function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "latin1");
  return (text.endsWith("\n") ? text.slice(0, -1) : text)
    .split("\n")
    .filter((line) => line !== "" || text !== "");
}

function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const bytes = Buffer.from(text, "latin1");
  if (!existsSync(file)) return writeFileAtomically(file, bytes);
  // A link to the file elsewhere stays one.
  const path = realpathSync(file);
  copyFileSync(path, `${path}.old`);
  writeFileAtomically(path, bytes, { mode: statSync(path).mode & 0o777 });
}
