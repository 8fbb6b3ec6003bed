import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Of Debian's package faketime, beside the C library. */
const folders = ["/usr/lib", "/usr/lib64"];

/**
 * The environment of a process whose clock on the wall is off by what stands in `path` ("+1d"), which may change under
 * way. Its children are not told. Undefined where libfaketime is not installed.
 */
export function clockEnv(path: string): Record<string, string> | undefined {
  const library = findLibrary();
  if (library === undefined) return undefined;
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: path,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
}

function findLibrary(): string | undefined {
  for (const folder of folders) {
    for (const name of ["", ...namesIn(folder)]) {
      const path = join(folder, name, "faketime");
      if (namesIn(path).includes("libfaketime.so.1")) return join(path, "libfaketime.so.1");
    }
  }
  return undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
