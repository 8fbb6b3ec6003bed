import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "jsonc-parser";

/** An npm package of which something stands in the executable. `integrity` is bun.lock's, `sha512-…` in base64. */
export type PackageInside = {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly integrity: string | undefined;
  readonly licenceText: string;
};

type Metafile = { readonly inputs: Readonly<Record<string, unknown>> };

/** By name. Throws where a package has no licence, or none that it states in words. */
export function packagesInside(root: string, metafilePath: string): PackageInside[] {
  const metafile: Metafile = JSON.parse(readFileSync(metafilePath, "utf8"));
  const names = Object.keys(metafile.inputs).flatMap(
    (path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.slice(1) ?? [],
  );
  const integrities = readIntegrities(readFileSync(join(root, "bun.lock"), "utf8"));
  return [...new Set(names)]
    .sort()
    .map((name) => describe(join(root, "node_modules", name), name, integrities));
}

function describe(folder: string, name: string, integrities: ReadonlyMap<string, string>): PackageInside {
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${name} states no licence in its package.json`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file === undefined
      ? `(${name} carries no licence file; it states ${license}.)`
      : readFileSync(join(folder, file), "utf8");
  return {
    name,
    version,
    licence: license,
    integrity: integrities.get(`${name}@${version}`),
    licenceText: text.trim(),
  };
}

/** `NAME@VERSION` → integrity; bun.lock is JSON with trailing commas. */
function readIntegrities(lock: string): ReadonlyMap<string, string> {
  const { packages }: { packages: Readonly<Record<string, readonly unknown[]>> } = parse(lock, [], {
    allowTrailingComma: true,
  });
  return new Map(Object.values(packages).map((entry) => [String(entry[0]), String(entry.at(-1))]));
}

/** The texts that belong to Bun, which is most of every executable. */
export function runtimeNotices(): string {
  const folder = join(import.meta.dir, "licences");
  const names = ["bun.txt", "lgpl-2.txt", "lgpl-2-1.txt"];
  const missing = names.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) throw new Error(`missing in ${folder}: ${missing.join(", ")}`);
  return names
    .map((name) => readFileSync(join(folder, name), "utf8").trim())
    .join(`\n\n${"-".repeat(72)}\n\n`);
}
