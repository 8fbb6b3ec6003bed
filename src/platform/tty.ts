import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";

import { delay } from "./delay.ts";
import { loadLibc } from "./libc.ts";

const patienceMs = 1_000;
const retryMs = 5;

/**
 * Writes to a terminal as the programs in it do; false when it stood still for a second and took a part at most. Throws
 * when `path` is no terminal of this user's alone.
 */
export async function writeToTty(path: string, text: string): Promise<boolean> {
  const flags = constants.O_WRONLY | constants.O_NOCTTY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(path, flags);
  try {
    const { uid, mode } = fstatSync(descriptor);
    const isCharacterDevice = (mode & constants.S_IFMT) === constants.S_IFCHR;
    if (!isCharacterDevice || uid !== process.getuid?.() || (mode & 0o002) !== 0) {
      throw new Error(`${path} is no terminal of this user's`);
    }
    return await writeWhole(descriptor, Buffer.from(text));
  } finally {
    closeSync(descriptor);
  }
}

/** Linux answers EAGAIN also where another program writes at this very moment. */
async function writeWhole(descriptor: number, bytes: Buffer): Promise<boolean> {
  const deadlineMs = performance.now() + patienceMs;
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "EAGAIN") throw error;
      if (performance.now() >= deadlineMs) return false;
      await delay(retryMs);
    }
  }
  return true;
}

/** How a terminal takes what is typed: line by line, seen or `hidden`, or key by key; undefined where it cannot be looked at. */
export function terminalMode(path: string): "lines" | "hidden" | "keys" | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const { tcgetattr } = loadLibc({ tcgetattr: { args: ["i32", "ptr"], returns: "i32" } });
    const modes = Buffer.alloc(256);
    if (tcgetattr(descriptor, modes) !== 0) return undefined;
    const flags = modes.readUInt32LE(termios.localFlagsAt);
    if ((flags & termios.canonical) === 0) return "keys";
    return (flags & echo) === 0 ? "hidden" : "lines";
  } finally {
    closeSync(descriptor);
  }
}

const echo = 0x8;
/** termios(3): c_lflag is the fourth of 4 bytes on Linux, of 8 on macOS. */
const termios =
  process.platform === "darwin"
    ? { localFlagsAt: 24, canonical: 0x100 }
    : { localFlagsAt: 12, canonical: 0x2 };
