import { FFIType } from "bun:ffi";

import { delay } from "./delay.ts";
import { loadLibc } from "./libc.ts";

// poll(2): a pipe without a reader shows POLLERR, a socket or terminal without its other end POLLHUP.
const goneEvents = 0x08 | 0x10 | 0x20;
const intervalMs = 300;

/**
 * Resolves when nobody can read any more what is written to the descriptor, or at the abort. Nothing tells of it but a
 * look; the next one comes after `pause`.
 */
export async function readerGone(
  descriptor: number,
  signal: AbortSignal,
  pause = () => delay(intervalMs, signal),
): Promise<void> {
  const { poll } = loadLibc({
    poll: { args: [FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
  });
  // struct pollfd: the descriptor's two halves, events, revents.
  const request = Int16Array.of(descriptor, 0, 0, 0);
  while (!signal.aborted) {
    poll(request, 1, 0);
    if (((request[3] ?? 0) & goneEvents) !== 0) return;
    await pause();
  }
}
