import { chmodSync } from "node:fs";
import { join } from "node:path";

import { shellWord } from "../base/shell-word.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";

/** How this very program is started again: the compiled file, or Bun with the source when run from a checkout. */
export function ownCommand(): readonly string[] {
  return Bun.main.startsWith("/$bunfs/") ? [process.execPath] : [process.execPath, Bun.main];
}

/** One file that starts this program, as ssh wants its askpass; where it must be made, it is put into `folder`. */
export function askpassProgram(folder: string): string {
  const words = ownCommand();
  const [program = ""] = words;
  if (words.length === 1) return program;
  const path = join(folder, "askpass");
  writeFileAtomically(path, `#!/bin/sh\nexec ${words.map(shellWord).join(" ")} "$@"\n`, { durable: false });
  chmodSync(path, 0o700);
  return path;
}
