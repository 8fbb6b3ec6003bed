import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../../base/user-error.ts";

/** What a human makes of `text` in their own editor, at the terminal that this process was started in. */
export async function editText(
  text: string,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const editor = env["VISUAL"] || env["EDITOR"] || "vi";
  const work = mkdtempSync(join(folder, ".edit-"));
  const file = join(work, "command.sh");
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    const child = Bun.spawn(["/bin/sh", "-c", `exec ${editor} "$1"`, "sh", file], {
      stdin: Bun.file("/dev/tty"),
      stdout: Bun.file("/dev/tty"),
      stderr: Bun.file("/dev/tty"),
    });
    if ((await child.exited) !== 0)
      throw new UserError(
        "INVALID_ARGUMENT",
        `the editor ${editor} failed; nothing was decided`,
        "Set EDITOR.",
      );
    return readFileSync(file, "utf8").replace(/\n$/, "");
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
