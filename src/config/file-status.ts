import { statSync, type BigIntStats } from "node:fs";

/** Of what a path leads to, links followed; undefined where it leads to nothing that this user can reach. */
export function fileStatus(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Permission bits in octal, as chmod takes them. */
export function renderMode(mode: bigint): string {
  return (mode & 0o7777n).toString(8).padStart(3, "0");
}
