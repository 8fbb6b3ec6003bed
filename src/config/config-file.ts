import { closeSync, constants, fstatSync, openSync, readSync, type BigIntStats } from "node:fs";

import { shellWord } from "../base/shell-word.ts";
import { UserError } from "../base/user-error.ts";
import { fileStatus, renderMode } from "./file-status.ts";

const maxBytes = 1024 * 1024;

/** `version` differs whenever the file was changed, replaced or given other permissions. */
export type ConfigText = { readonly text: string; readonly version: string };

/** Reads the whole file, a link followed. Throws CONFIG_INVALID unless it is ours alone, regular, text, and at most 1 MiB. */
export function readConfigFile(path: string): ConfigText {
  const descriptor = openConfig(path);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    checkFile(path, stats);
    return { text: decode(path, readBounded(path, descriptor)), version: versionOf(stats) };
  } finally {
    closeSync(descriptor);
  }
}

/** The version that readConfigFile would report, or undefined where there is nothing to read. */
export function configFileVersion(path: string): string | undefined {
  const stats = fileStatus(path);
  return stats === undefined ? undefined : versionOf(stats);
}

/** Throws CONFIG_INVALID when the folder is open to others; one that does not exist passes. */
export function checkFolder(path: string): void {
  const stats = fileStatus(path);
  if (stats === undefined) return;
  if (!stats.isDirectory())
    throw refusal(`${path} is not a folder`, `move it away and run \`mkdir -m 700 ${shellWord(path)}\``);
  checkOwner(path, stats);
  if ((stats.mode & 0o077n) === 0n) return;
  throw refusal(
    `${path} is open to others (mode ${renderMode(stats.mode)})`,
    `run \`chmod 700 ${shellWord(path)}\``,
  );
}

function openConfig(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    if (code === "ENOENT")
      throw refusal(
        `there is no configuration at ${path}`,
        "run `mcp-ssh-interactive init`, or create it (mode 600) with `connections:` as in the README",
        error,
      );
    if (code === "ENOTDIR")
      throw refusal(`a part of the path ${path} is not a folder`, "correct the path", error);
    if (code === "EACCES")
      throw refusal(
        `${path} may not be read by this user`,
        `run \`chmod 600 ${shellWord(path)}\` as its owner`,
        error,
      );
    throw refusal(`${path} cannot be opened (${code})`, "it must be a regular file", error);
  }
}

function checkFile(path: string, stats: BigIntStats): void {
  if (stats.isDirectory()) throw refusal(`${path} is a folder`, "the configuration must be a regular file");
  if (!stats.isFile())
    throw refusal(`${path} is a pipe, socket or device`, "the configuration must be a regular file");
  checkOwner(path, stats);
  const mode = stats.mode & 0o7777n;
  if (mode !== 0o600n && mode !== 0o400n)
    throw refusal(
      `${path} has mode ${renderMode(stats.mode)}, not 600`,
      `run \`chmod 600 ${shellWord(path)}\``,
    );
  if (stats.size > BigInt(maxBytes)) throw tooLarge(path);
}

function checkOwner(path: string, stats: BigIntStats): void {
  const self = process.getuid?.();
  if (self === undefined || stats.uid === BigInt(self)) return;
  throw refusal(
    `${path} belongs to another user (uid ${stats.uid})`,
    `run \`chown ${self} ${shellWord(path)}\` as root, or use a file of your own`,
  );
}

function readBounded(path: string, descriptor: number): Buffer {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  while (length <= maxBytes) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (count === 0) return buffer.subarray(0, length);
    length += count;
  }
  throw tooLarge(path);
}

function decode(path: string, bytes: Buffer): string {
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    throw refusal(
      `${path} is binary (a zero byte at offset ${zero})`,
      "the configuration must be YAML text in UTF-8",
    );
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (error) {
    throw refusal(`${path} is not UTF-8 text`, "save it in UTF-8", error);
  }
}

function versionOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

function tooLarge(path: string): UserError {
  return refusal(
    `${path} is larger than 1 MiB`,
    "a configuration of a thousand hosts needs a fifth of that: make it smaller",
  );
}

function refusal(message: string, hint: string, cause?: unknown): UserError {
  return new UserError("CONFIG_INVALID", message, hint, { cause });
}
