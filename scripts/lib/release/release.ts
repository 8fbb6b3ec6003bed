import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { compile } from "../compile.ts";
import { writeTarball, type Packing } from "./archive.ts";
import { copyInto } from "./copy-into.ts";
import { writeDeb } from "./deb.ts";
import { renderFormula } from "./homebrew.ts";
import { readIdentity, type Identity } from "./identity.ts";
import { renderInstaller } from "./installer.ts";
import { renderLicences } from "./licences.ts";
import { writeBundle } from "./mcpb.ts";
import { writeNpmPackages } from "./npm-packages.ts";
import { packagesInside } from "./packages-inside.ts";
import { renderPkgbuild } from "./pkgbuild.ts";
import { writeTexts } from "./program-texts.ts";
import { renderSbom } from "./sbom.ts";
import { renderServerJson } from "./server-json.ts";
import { targets, type Target } from "./targets.ts";

const checkout = resolve(import.meta.dir, "../../..");
const usualLevel = 6;
/** For tests, which need everything of a release but its small size. */
const quickLevel = 1;

/** One target of a release: `folder` holds the executable under the program's own name, and its texts. */
export type Build = { readonly target: Target; readonly folder: string };

/** Whose files go into one folder, and the sums of those that are published. */
export type Release = {
  readonly identity: Identity;
  readonly folder: string;
  readonly packing: Packing;
  readonly builds: readonly Build[];
  /** Hexadecimal SHA-256 by file name. */
  readonly sums: ReadonlyMap<string, string>;
};

if (import.meta.main) {
  const words = Bun.argv.slice(2);
  release(chosenTargets(words), {
    folder: resolve(checkout, wordAfter(words, "--out") ?? "dist/release"),
    signed: wordAfter(words, "--signed"),
    level: words.includes("--quick") ? quickLevel : usualLevel,
  });
}

function wordAfter(words: readonly string[], flag: string): string | undefined {
  const at = words.indexOf(flag);
  return at < 0 ? undefined : words[at + 1];
}

function chosenTargets(words: readonly string[]): readonly Target[] {
  if (words.includes("--all")) return targets;
  return words.flatMap((word, at) => {
    if (word !== "--target") return [];
    const name = words[at + 1];
    const target = targets.find((each) => each.name === name);
    if (target === undefined) {
      console.error(
        `scripts/build: no target ${name}; there are: ${targets.map((each) => each.name).join(" ")}`,
      );
      process.exit(2);
    }
    return [target];
  });
}

type ReleaseRequest = {
  /** Emptied first. */
  readonly folder: string;
  /** Where `TARGET/mcp-ssh-interactive` stands of executables that were signed since; the others are compiled. */
  readonly signed: string | undefined;
  readonly level: number;
};

/** Everything of a release of these targets. */
function release(chosen: readonly Target[], { folder, signed, level }: ReleaseRequest): void {
  const identity = readIdentity(checkout);
  const packing = { time: identity.time, level };
  const work = join(folder, ".work");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const metafile = join(work, "metafile.json");
  const builds = chosen.map((target) => buildTarget(identity, target, { work, metafile, signed }));
  const packages = packagesInside(checkout, metafile);
  const licences = renderLicences(packages);
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), licences);
  writeFileSync(join(folder, "sbom.cdx.json"), renderSbom(identity, packages));
  for (const build of builds) writeTexts(checkout, build.folder, licences);
  const sums = new Map<string, string>();
  const note = (path: string) => sums.set(basename(path), sumOf(path));
  for (const { target, folder: built } of builds) {
    const archive = join(folder, `${identity.name}-${target.name}.tar.gz`);
    writeTarball(built, archive, packing);
    note(archive);
  }
  const release: Release = { identity, folder, packing, builds, sums };
  for (const path of [...writeDeb(release), ...writeBundle(release), ...writeNpmPackages(release)])
    note(path);
  const texts = {
    "install.sh": renderInstaller(checkout, identity),
    "mcp-ssh-interactive.rb": renderFormula(release),
    PKGBUILD: renderPkgbuild(release),
    "server.json": renderServerJson(release),
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  for (const name of [...Object.keys(texts), "THIRD-PARTY-LICENSES.txt", "sbom.cdx.json"])
    note(join(folder, name));
  const lines = [...sums].sort().map(([name, sum]) => `${sum}  ${name}\n`);
  writeFileSync(join(folder, "SHA256SUMS"), lines.join(""));
  rmSync(work, { recursive: true });
  console.error(`Built ${identity.version} (${identity.commit}) in ${folder}:\n${lines.join("")}`);
}

function buildTarget(
  { name, version, commit }: Identity,
  target: Target,
  {
    work,
    metafile,
    signed,
  }: Pick<ReleaseRequest, "signed"> & { readonly work: string; readonly metafile: string },
): Build {
  const folder = join(work, target.name, `${name}-${version}-${target.name}`);
  mkdirSync(folder, { recursive: true });
  const more = [
    `--target=${target.bun}`,
    `--metafile=${metafile}`,
    "--define",
    `BUILD_COMMIT=${JSON.stringify(commit)}`,
  ];
  const ready = signed === undefined ? undefined : resolve(signed, target.name, name);
  if (ready !== undefined && existsSync(ready)) {
    copyInto(join(folder, name), ready);
    chmodSync(join(folder, name), 0o755);
    return { target, folder };
  }
  const entry = join(checkout, "src/main.ts");
  if (!compile({ root: checkout, entry, outfile: join(folder, name), more })) process.exit(1);
  return { target, folder };
}

function sumOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
