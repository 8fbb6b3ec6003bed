import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { writeTarball, type Packing } from "./archive.ts";
import { copyInto } from "./copy-into.ts";
import type { Build, Release } from "./release.ts";
import { registryName } from "./server-json.ts";

/** The package that people name, whose launcher starts the executable of the one for their machine; as `npm pack` names them. */
export function writeNpmPackages(release: Release): string[] {
  const carried = release.builds.filter(
    ({ target }) => target.os === "darwin" || target.cpu === "arm64" || target.baseline,
  );
  const platforms = carried.map((build) => writePlatform(release, build));
  return [...platforms, writeMain(release, carried)];
}

/** The one for x64 runs on every x64, since npm cannot ask for AVX2. */
function platformName(name: string, { target: { os, cpu, libc } }: Build): string {
  return `${name}-${os}-${cpu}${libc === "musl" ? "-musl" : ""}`;
}

function writePlatform({ identity, folder, packing }: Release, build: Build): string {
  const { target, folder: built } = build;
  const name = platformName(identity.name, build);
  const root = join(dirname(built), "npm", "package");
  copyInto(join(root, "bin", identity.name), join(built, identity.name));
  chmodSync(join(root, "bin", identity.name), 0o755);
  copyInto(join(root, "THIRD-PARTY-LICENSES.txt"), join(built, "THIRD-PARTY-LICENSES.txt"));
  copyInto(join(root, "LICENSE"), join(built, "LICENSE"));
  const what = {
    os: [target.os],
    cpu: [target.cpu],
    ...(target.libc === undefined ? {} : { libc: [target.libc] }),
  };
  const files = [`bin/${identity.name}`, "THIRD-PARTY-LICENSES.txt"];
  writePackageJson(root, { ...common({ identity }), name, ...what, files, preferUnplugged: true });
  return pack(root, join(folder, `${name}-${identity.version}.tgz`), packing);
}

function writeMain({ identity, folder, packing }: Release, carried: readonly Build[]): string {
  const { name, version, repository } = identity;
  const root = join(folder, ".work", "npm-main", "package");
  copyInto(join(root, "bin", `${name}.mjs`), join(import.meta.dir, "npm-launcher.mjs"));
  chmodSync(join(root, "bin", `${name}.mjs`), 0o755);
  for (const text of ["README.md", "LICENSE"])
    copyInto(join(root, text), join(import.meta.dir, "../../..", text));
  writePackageJson(root, {
    ...common({ identity }),
    name,
    mcpName: registryName(repository),
    keywords: ["mcp", "ssh", "tmux", "agent"],
    bin: { [name]: `bin/${name}.mjs` },
    files: [`bin/${name}.mjs`],
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(carried.map((build) => [platformName(name, build), version])),
  });
  return pack(root, join(folder, `${name}-${version}.tgz`), packing);
}

function common({ identity }: Pick<Release, "identity">) {
  const { version, description, licence: license, repository } = identity;
  return { version, description, license, repository: { type: "git", url: `git+${repository}.git` } };
}

function writePackageJson(root: string, content: Readonly<Record<string, unknown>>): void {
  const { name, ...rest } = content;
  writeFileSync(join(root, "package.json"), `${JSON.stringify({ name, ...rest }, null, 2)}\n`);
}

function pack(root: string, file: string, packing: Packing): string {
  writeTarball(root, `${file}.part`, packing);
  renameSync(`${file}.part`, file);
  return file;
}
