import { existsSync, readFileSync } from "node:fs";

import { writeFileAtomically } from "../platform/atomic-file.ts";
import { delay } from "../platform/delay.ts";
import { runProcess } from "../platform/run-process.ts";

const socketWaitMs = 2_000;
const pollMs = 10;
const listingTimeoutMs = 5_000;

/** Without it only a server that lost its socket is not found again, so a full disk is no failure here. */
export function notePid(socketPath: string, pid: number): void {
  if (readPid(socketPath) === pid) return;
  try {
    writeFileAtomically(pidFile(socketPath), `${pid}\n`, { durable: false });
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
  const pid = readPid(socketPath);
  if (pid === undefined || existsSync(socketPath) || !(await isServer(pid, socketPath))) return undefined;
  if (!isSignalled(pid, "SIGUSR1")) return undefined;
  const deadlineMs = performance.now() + socketWaitMs;
  while (performance.now() < deadlineMs) {
    if (existsSync(socketPath)) return { pid, restored: true };
    if (!isSignalled(pid, 0)) return undefined;
    await delay(pollMs, new AbortController().signal);
  }
  return { pid, restored: false };
}

/** The number may be another process's by now. */
async function isServer(pid: number, socketPath: string): Promise<boolean> {
  if (!isSignalled(pid, 0)) return false;
  const argv = ["/bin/ps", "-o", "args=", "-p", String(pid)];
  const { stdout } = await runProcess(argv, { env: {}, timeoutMs: listingTimeoutMs });
  return stdout.includes(socketPath);
}

/** False where it has ended meanwhile. */
function isSignalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function readPid(socketPath: string): number | undefined {
  try {
    const [, pid] = /^([1-9]\d{0,9})\n$/.exec(readFileSync(pidFile(socketPath), "utf8")) ?? [];
    return pid === undefined ? undefined : Number(pid);
  } catch {
    return undefined;
  }
}

function pidFile(socketPath: string): string {
  return `${socketPath}.pid`;
}
