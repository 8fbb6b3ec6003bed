import { randomBytes } from "node:crypto";
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Replaces `path` by a file with this text and, unless `mode` is given, mode 600: whole or not at all; where `durable`,
 * as by default, also when the machine dies meanwhile.
 */
export function writeFileAtomically(
  path: string,
  text: string | Uint8Array,
  { durable = true, mode = 0o600 } = {},
): void {
  const aside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const descriptor = openSync(aside, "wx", 0o600);
    try {
      fchmodSync(descriptor, mode);
      writeFileSync(descriptor, text);
      if (durable) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  if (durable) syncFolder(dirname(path));
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
