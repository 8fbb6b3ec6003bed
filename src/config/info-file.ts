import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { dirname, sep } from "node:path";

import { UserError } from "../base/user-error.ts";
import { createWordMask } from "../base/word-mask.ts";
import type { ConnectionConfig, InfoFile } from "./connection-config.ts";

const maxBytes = 256 * 1024;

/** The text in UTF-8, cut at a line's end where `truncated`, with the given secrets as •••. */
export type InfoText = {
  readonly infoFile: string;
  readonly infoContent: string;
  readonly truncated: boolean;
};

/** Throws INFO_NOT_CONFIGURED, INFO_FILE_NOT_FOUND or INFO_FILE_REFUSED. */
export function readInfoFile(
  { name, infoFile }: Pick<ConnectionConfig, "name" | "infoFile">,
  plainSecrets: readonly string[],
): InfoText {
  if (infoFile === undefined) {
    throw new UserError(
      "INFO_NOT_CONFIGURED",
      `${JSON.stringify(name)} has no info file`,
      "a human can set `info_file:` for it in config.yml",
    );
  }
  const longest = Math.max(0, ...plainSecrets.map((secret) => Buffer.byteLength(secret)));
  const bytes = readRegularFile(resolveInside(infoFile), infoFile.path, maxBytes + longest);
  if (bytes.includes(0))
    throw refused(`${infoFile.path} is no text: it holds a zero byte`, "give the path of a Markdown file");
  const text = new TextDecoder().decode(bytes);
  const truncated = bytes.length > maxBytes;
  const shown = truncated ? text.slice(0, cutPlace(text, bytes, plainSecrets)) : text;
  return { infoFile: infoFile.path, infoContent: createWordMask(plainSecrets)(shown), truncated };
}

/** At the end of a line where there is one, and never inside a secret, since half of one would not be masked. */
function cutPlace(text: string, bytes: Buffer, secrets: readonly string[]): number {
  const most = new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true });
  const lineEnd = most.lastIndexOf("\n") + 1;
  let cut = lineEnd > most.length / 2 ? lineEnd : most.length;
  for (const secret of secrets) {
    const at = text.indexOf(secret, Math.max(0, cut - secret.length + 1));
    if (at >= 0 && at < cut) cut = at;
  }
  return cut;
}

/** The path without links. One that is relative to info/ must lie in it also when its links are followed. */
function resolveInside({ path, within }: InfoFile): string {
  if (within !== undefined && !path.startsWith(`${within}${sep}`)) {
    throw refused(
      `${path} is outside ${within}`,
      "a relative info_file stays inside info/; for another place write ~/… or /…",
    );
  }
  const real = realPath(path, path);
  if (within !== undefined && !real.startsWith(`${realPath(within, path)}${sep}`)) {
    throw refused(
      `${path} is a link to a place outside ${within}`,
      "put the file itself into info/, or write its place as ~/… or /…",
    );
  }
  return real;
}

function realPath(path: string, shown: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw unopened(error, shown);
  }
}

function readRegularFile(path: string, shown: string, limit: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY,
    );
  } catch (error) {
    throw unopened(error, shown);
  }
  try {
    if (!fstatSync(descriptor).isFile())
      throw refused(`${shown} is not a regular file`, "give the path of a Markdown file");
    return readUpTo(descriptor, limit);
  } finally {
    closeSync(descriptor);
  }
}

function readUpTo(descriptor: number, limit: number): Buffer {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const count = readSync(descriptor, buffer, length, limit - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

function unopened(error: unknown, shown: string): UserError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") {
    const hint = `a human can create it in ${dirname(shown)}, or correct \`info_file:\` in config.yml`;
    return new UserError("INFO_FILE_NOT_FOUND", `the info file ${shown} does not exist`, hint, {
      cause: error,
    });
  }
  const reason = typeof code === "string" ? code : "unknown reason";
  return refused(
    `${shown} cannot be opened (${reason})`,
    "it must be a regular file that this user may read",
    error,
  );
}

function refused(message: string, hint: string, cause?: unknown): UserError {
  return new UserError("INFO_FILE_REFUSED", message, hint, { cause });
}
