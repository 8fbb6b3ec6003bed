import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Replaces `path` by a 0600 file with this text, whole or not at all; where `durable`, as by default, also when the
 * machine dies meanwhile.
 */
export function writeFileAtomically(path: string, text: string, { durable = true } = {}): void {
  const aside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const descriptor = openSync(aside, "wx", 0o600);
    try {
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
