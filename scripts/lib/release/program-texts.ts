import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { version } from "../../../package.json" with { type: "json" };
import { commands, commonFlags, helpEntry } from "../../../src/cli/commands.ts";
import { renderBash, renderFish, renderZsh } from "../../../src/cli/completions/render-script.ts";
import { renderManualPage } from "../../../src/cli/manual-page.ts";

const program = "mcp-ssh-interactive";

/** Beside the executable: licences, manual page, and completions that expect it in PATH. */
export function writeTexts(checkout: string, folder: string, licences: string): void {
  cpSync(join(checkout, "LICENSE"), join(folder, "LICENSE"));
  cpSync(join(checkout, "README.md"), join(folder, "README.md"));
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), licences);
  writeFileSync(join(folder, `${program}.1`), renderManualPage(version));
  mkdirSync(join(folder, "completions"));
  const scripts = {
    [`${program}.bash`]: renderBash,
    [`_${program}`]: renderZsh,
    [`${program}.fish`]: renderFish,
  };
  const table = { entries: [...commands, helpEntry], commonFlags };
  for (const [name, render] of Object.entries(scripts)) {
    writeFileSync(join(folder, "completions", name), render(table, program));
  }
}
