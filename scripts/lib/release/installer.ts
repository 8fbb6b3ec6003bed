import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Identity } from "./identity.ts";

/** scripts/install.sh with this release's version and repository in it. */
export function renderInstaller(checkout: string, { version, repository }: Identity): string {
  const text = readFileSync(join(checkout, "scripts/install.sh"), "utf8");
  return fill(text, { version, repository });
}

/** Throws unless each name stands exactly once in the text, as `name=` at the start of a line. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((filled, [name, value]) => {
    const line = new RegExp(`^${name}=.*$`, "gm");
    if (filled.match(line)?.length !== 1) throw new Error(`install.sh must have one line ${name}=`);
    return filled.replace(line, `${name}=${value}`);
  }, text);
}
