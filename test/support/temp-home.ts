import { chmodSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { removeFolder } from "./remove-folder.ts";

/** A home folder of a test's own with our tree in it (700); disposing it removes all. */
export class TempHome implements AsyncDisposable {
  readonly home: string;
  readonly root: string;
  readonly configFile: string;

  constructor() {
    this.home = realpathSync(mkdtempSync(join(tmpdir(), "mcp-home-")));
    this.root = join(this.home, ".mcp-ssh-interactive");
    this.configFile = join(this.root, "config.yml");
    for (const folder of [this.root, join(this.root, "logs"), join(this.root, "info")])
      mkdirSync(folder, { mode: 0o700 });
  }

  /** Writes config.yml with mode 600. */
  writeConfig(text: string | Uint8Array): void {
    this.write(".mcp-ssh-interactive/config.yml", text);
  }

  /** Writes a file, 600 unless told, at a path relative to the home folder; returns its absolute path. */
  write(path: string, text: string | Uint8Array, mode = 0o600): string {
    const file = join(this.home, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode });
    chmodSync(file, mode);
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeFolder(this.home);
  }
}
