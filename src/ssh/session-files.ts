import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { sessionKey } from "../base/session-name.ts";

/** The files that one session's ssh processes use, all 0600 in `runtimeFolder`/mux; hops are numbered from 1. */
export type SessionFiles = {
  readonly folder: string;
  readonly controlPath: string;
  /** Where this open's questions come to; of another name each time. */
  readonly askSocket: string;
  config(hop?: number): string;
  log(hop?: number): string;
  /** By which ssh's askpass finds whom to ask. */
  ask(hop?: number): string;
};

/** sockaddr_un holds 104 bytes on macOS; ssh binds the name with 17 bytes more and renames it. */
const maxControlPathBytes = 80;

const maxLogBytes = 262_144;

export function sessionFiles(runtimeFolder: string, sessionName: string): SessionFiles {
  const folder = join(runtimeFolder, "mux");
  const controlPath = join(
    folder,
    createHash("sha256").update(sessionKey(sessionName)).digest("hex").slice(0, 12),
  );
  if (Buffer.byteLength(controlPath) > maxControlPathBytes)
    throw new Error(`control socket path over ${maxControlPathBytes} bytes: ${controlPath}`);
  const path = (extension: string, hop = 0) =>
    join(folder, `${sessionName}.${hop === 0 ? "" : `hop${hop}.`}${extension}`);
  return {
    folder,
    controlPath,
    askSocket: `${controlPath}.${randomBytes(2).toString("hex").slice(1)}`,
    config: (hop) => path("conf", hop),
    log: (hop) => path("err", hop),
    ask: (hop) => path("ask", hop),
  };
}

/** Writes a fresh 0600 file, whatever stood at its name. */
export function writeSessionFile(path: string, text: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: "wx" });
}

export function makeSessionFolder({ folder }: SessionFiles): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Removes every file of the session's ssh, a stale control socket included; a session without any is fine. */
export function removeSshFiles(runtimeFolder: string, sessionName: string): void {
  const files = sessionFiles(runtimeFolder, sessionName);
  const key = basename(files.controlPath);
  const mine = new RegExp(`^(${sessionName}\\.(hop\\d+\\.)?(conf|err|ask)|${key}(\\.[0-9a-f]{3})?)$`);
  for (const name of listFolder(files.folder))
    if (mine.test(name)) rmSync(join(files.folder, name), { force: true });
}

/** ssh notes each channel in its log, to which it only appends: one that has grown large is emptied. */
export function trimSshLog(runtimeFolder: string, sessionName: string): void {
  const path = sessionFiles(runtimeFolder, sessionName).log();
  try {
    if (statSync(path).size > maxLogBytes) truncateSync(path);
  } catch {
    return;
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
