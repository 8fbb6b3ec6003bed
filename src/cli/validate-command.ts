import { join } from "node:path";

import type { RunCommand } from "./command.ts";
import { runValidate } from "./validate.ts";

export const validate: RunCommand = async ({ words, flags, root, home, color, stdout, stderr }) =>
  runValidate({
    path: words[0] ?? join(root, "config.yml"),
    root,
    home,
    json: flags.has("--json"),
    stdout,
    stderr,
    color,
  });
