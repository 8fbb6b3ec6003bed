import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";

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
