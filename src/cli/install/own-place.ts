import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { sep } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { locateProgram } from "../../platform/programs.ts";
import { serverName } from "./server-entry.ts";

/**
 * The words that start this program in a client: by a link on PATH that leads here, which an upgrade keeps, else by
 * its own absolute path.
 */
export function lastingCommand(own: readonly string[], searchPath: readonly string[]): readonly string[] {
  const linked = own.length === 1 ? locateProgram(serverName, searchPath) : undefined;
  return linked !== undefined && isSameFile(linked, own[0] ?? "") ? [linked] : own;
}

/** Throws INVALID_ARGUMENT for a program in a folder that is emptied from time to time. */
export function requireLasting(command: readonly string[]): void {
  const [program = ""] = command.slice(-1);
  const folder = temporaryFolders().find((candidate) => realPath(program)?.startsWith(`${candidate}${sep}`));
  if (folder === undefined) return;
  throw new UserError(
    "INVALID_ARGUMENT",
    `${program} is in ${folder}, which is emptied from time to time`,
    `Move it to a folder that stays, such as ~/.local/bin, and run it there; --force registers it where it is.`,
  );
}

export function isSameFile(left: string, right: string): boolean {
  const real = realPath(left);
  return real !== undefined && real === realPath(right);
}

/** Undefined where there is no such file. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function temporaryFolders(): string[] {
  const folders = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/var/folders", tmpdir()];
  return [...new Set(folders.flatMap((folder) => realPath(folder) ?? []))];
}
