import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";

import { compile, compileFlags } from "./compile.ts";

const name = "mcp-ssh-interactive";
const checkout = resolve(import.meta.dir, "../..");

if (import.meta.main) {
  const outcome = build({
    root: checkout,
    entry: join(checkout, "src/main.ts"),
    folder: join(checkout, "dist"),
    force: Bun.argv.includes("--force"),
  });
  if (outcome === "failed") process.exit(1);
  console.error(outcome === "built" ? `Built dist/${name}` : `dist/${name} is up to date`);
}

export type BuildRequest = {
  /** The folder with bun.lock, package.json, tsconfig.json and src/. */
  readonly root: string;
  readonly entry: string;
  readonly folder: string;
  readonly force?: boolean;
};

/**
 * Writes `folder`/mcp-ssh-interactive unless it is there and made of the same sources. Any number may run at once:
 * each compiles in a folder of its own and renames, and the stamp names the very file that it speaks of.
 */
export function build(request: BuildRequest): "built" | "up to date" | "failed" {
  const inputs = hashInputs(request.root);
  const binary = join(request.folder, name);
  const stamp = join(request.folder, `.${name}.stamp`);
  if (request.force !== true && isCurrent(stamp, stampOf(inputs, binary))) return "up to date";

  mkdirSync(request.folder, { recursive: true });
  const workFolder = mkdtempSync(join(request.folder, ".build-"));
  try {
    if (!compile({ ...request, outfile: join(workFolder, name) })) return "failed";
    renameSync(join(workFolder, name), binary);
    writeFileSync(join(workFolder, "stamp"), stampOf(inputs, binary) ?? "");
    renameSync(join(workFolder, "stamp"), stamp);
    return "built";
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

function hashInputs(root: string): string {
  const hash = createHash("sha256").update(`${Bun.version}\n${compileFlags.join(" ")}\n`);
  const sources = [...new Bun.Glob("src/**").scanSync({ cwd: root, dot: true })].sort();
  for (const path of ["bun.lock", "package.json", "tsconfig.json", ...sources]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

function stampOf(inputs: string, binary: string): string | undefined {
  const stats = statSync(binary, { throwIfNoEntry: false });
  return stats && `${inputs} ${stats.ino} ${stats.size} ${stats.mtimeMs}\n`;
}

function isCurrent(stamp: string, expected: string | undefined): boolean {
  return expected !== undefined && existsSync(stamp) && readFileSync(stamp, "utf8") === expected;
}
