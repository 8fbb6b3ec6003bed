import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";

import { loadLibc } from "./libc.ts";

/** Writes to a terminal as the programs in it do. Throws when `path` is no terminal of this user's alone. */
export function writeToTty(path: string, text: string): void {
  const flags = constants.O_WRONLY | constants.O_NOCTTY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(path, flags);
  try {
    const { uid, mode } = fstatSync(descriptor);
    const isCharacterDevice = (mode & constants.S_IFMT) === constants.S_IFCHR;
    if (!isCharacterDevice || uid !== process.getuid?.() || (mode & 0o002) !== 0) {
      throw new Error(`${path} is no terminal of this user's`);
    }
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
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
