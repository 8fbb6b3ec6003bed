import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";

/**
 * The entries of PATH from which a program may be taken: absolute, not inside `startFolder`, not under
 * `node_modules`, and writable by nobody but their owner (a sticky folder of root's is not accepted either).
 */
export function trustedSearchPath(path: string, startFolder: string): string[] {
  return path.split(delimiter).filter((entry) => isAbsolute(entry) && isTrustedFolder(entry, startFolder));
}

function isTrustedFolder(entry: string, startFolder: string): boolean {
  try {
    const folder = realpathSync(entry);
    if (startFolder !== sep && `${folder}${sep}`.startsWith(`${realpathSync(startFolder)}${sep}`))
      return false;
    if (`${entry}${sep}${folder}${sep}`.includes(`${sep}node_modules${sep}`)) return false;
    return (statSync(folder).mode & 0o022) === 0 || isGroupWritableOnlyByRoot(folder);
  } catch {
    return false;
  }
}

/** Debian's /usr/local/bin belongs to root:staff with mode 2775; group-writable folders of Homebrew to root or the user. */
function isGroupWritableOnlyByRoot(folder: string): boolean {
  const { mode, uid } = statSync(folder);
  return (mode & 0o002) === 0 && (uid === 0 || uid === process.getuid?.());
}

/** The absolute path of `name` in the given folders, or undefined. */
export function locateProgram(name: string, searchPath: readonly string[]): string | undefined {
  return searchPath.map((folder) => join(folder, name)).find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && (statSync(dirname(realpathSync(path))).mode & 0o002) === 0;
  } catch {
    return false;
  }
}
