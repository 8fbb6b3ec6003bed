import { existsSync, readFileSync } from "node:fs";

import { writeFileAtomically } from "../platform/atomic-file.ts";
import { delay } from "../platform/delay.ts";
import { runProcess } from "../platform/run-process.ts";

/** What is known of the server at a socket beside the socket itself: its version, as text, and its process. */
export type ServerNote = { readonly version: string; readonly pid: number | undefined };

const socketWaitMs = 2_000;
const pollMs = 10;
const listingTimeoutMs = 5_000;

export function readNote(socketPath: string): ServerNote | undefined {
  try {
    const [version = "", pid = ""] = readFileSync(noteFile(socketPath), "utf8").split("\n");
    return { version: version.slice(0, 40), pid: /^[1-9]\d{0,9}$/.test(pid) ? Number(pid) : undefined };
  } catch {
    return undefined;
  }
}

/** Without it only a server that lost its socket is not found again, so a full disk is no failure here. */
export function writeNote(socketPath: string, { version, pid }: ServerNote): void {
  const known = readNote(socketPath);
  if (known?.version === version && known.pid === pid) return;
  try {
    writeFileAtomically(noteFile(socketPath), `${version}\n${pid ?? ""}\n`, { durable: false });
  } catch {
    return;
  }
}

/**
 * The process of a server whose socket is gone though it lives on, which it makes anew when it gets SIGUSR1:
 * `restored` says whether it did. Undefined where no such server is left.
 */
export async function restoreSocket(
  socketPath: string,
): Promise<{ readonly pid: number; readonly restored: boolean } | undefined> {
  const pid = readNote(socketPath)?.pid;
  if (pid === undefined || existsSync(socketPath) || !(await isServer(pid, socketPath))) return undefined;
  process.kill(pid, "SIGUSR1");
  const deadlineMs = performance.now() + socketWaitMs;
  while (performance.now() < deadlineMs) {
    if (existsSync(socketPath)) return { pid, restored: true };
    if (!isAlive(pid)) return undefined;
    await delay(pollMs, new AbortController().signal);
  }
  return { pid, restored: false };
}

/** The number may be another process's by now. */
async function isServer(pid: number, socketPath: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const argv = ["/bin/ps", "-o", "args=", "-p", String(pid)];
  const { stdout } = await runProcess(argv, { env: {}, timeoutMs: listingTimeoutMs });
  return stdout.includes(socketPath);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function noteFile(socketPath: string): string {
  return `${socketPath}.version`;
}
