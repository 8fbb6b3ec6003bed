import { readFileSync } from "node:fs";

// proc_pid_net(5): one line a socket: slot, local address, peer address, state, …, uid in the eighth column.

/** Both ends of a connection within 127.0.0.1. */
export type LoopbackPorts = { readonly own: number; readonly peer: number };

/**
 * Whose process holds the peer's end, as a user id; `none` where Linux knows of no such connection, undefined where the
 * system does not tell (macOS).
 */
export function peerOwner(ports: LoopbackPorts): number | "none" | undefined {
  let table: string;
  try {
    table = readFileSync("/proc/net/tcp", "latin1");
  } catch {
    return undefined;
  }
  const [local, remote] = [endOf(ports.peer), endOf(ports.own)];
  for (const line of table.split("\n")) {
    const [, localEnd, remoteEnd, , , , , uid] = line.trim().split(/\s+/);
    if (localEnd === local && remoteEnd === remote) return Number(uid);
  }
  return "none";
}

/** 127.0.0.1 as the kernel prints its four bytes, which follows the machine's byte order. */
function endOf(port: number): string {
  const address = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? "0100007F" : "7F000001";
  return `${address}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}
