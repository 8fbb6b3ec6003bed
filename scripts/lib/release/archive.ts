import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { Identity } from "./identity.ts";
import { runTool } from "./system-tool.ts";

/** `level` is of deflate: 1 to 9. */
export type Packing = { readonly time: Identity["time"]; readonly level: number };

/** `folder` with its name, as .tar.gz: the same bytes for the same content, whoever packs it and when. */
export function writeTarball(folder: string, outfile: string, { time, level }: Packing): void {
  const tar = join(dirname(outfile), `.${basename(outfile)}.tar`);
  const same = ["--sort=name", "--format=ustar", "--owner=0", "--group=0", "--numeric-owner", "--mode=go-w"];
  runTool(["tar", ...same, `--mtime=@${time}`, "-cf", tar, basename(folder)], dirname(folder));
  // GNU gzip, not Bun's: what is in an archive must not depend on which Bun packs it.
  writeFileSync(outfile, runTool(["gzip", `-${level}`, "-n", "-c", tar], dirname(folder)));
  rmSync(tar);
}

/** What is in `folder`, without its name, as a zip; `paths` in this order. */
export function writeZip(
  folder: string,
  paths: readonly string[],
  outfile: string,
  { time, level }: Packing,
): void {
  for (const path of paths) utimesSync(join(folder, path), time, time);
  rmSync(outfile, { force: true });
  runTool(["zip", "-X", "-q", `-${level}`, outfile, ...paths], folder);
}
