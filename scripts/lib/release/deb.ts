import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { copyInto } from "./copy-into.ts";
import type { Build, Release } from "./release.ts";
import { runTool } from "./system-tool.ts";

/** One package for each processor; the one for x64 runs on every x64. Their paths. */
export function writeDeb(release: Release): string[] {
  return release.builds.filter(isForDebian).map((build) => writePackage(release, build));
}

function isForDebian({ target: { libc, cpu, baseline } }: Build): boolean {
  return libc === "glibc" && (cpu === "arm64" || baseline === true);
}

function writePackage({ identity, folder, packing }: Release, { target, folder: built }: Build): string {
  const { name, version, description, repository } = identity;
  const architecture = target.cpu === "x64" ? "amd64" : "arm64";
  const root = join(dirname(built), "deb");
  const files: readonly (readonly [path: string, from: string])[] = [
    [`usr/bin/${name}`, name],
    [`usr/share/man/man1/${name}.1`, `${name}.1`],
    [`usr/share/doc/${name}/copyright`, "LICENSE"],
    [`usr/share/doc/${name}/THIRD-PARTY-LICENSES.txt`, "THIRD-PARTY-LICENSES.txt"],
    [`usr/share/bash-completion/completions/${name}`, `completions/${name}.bash`],
    [`usr/share/zsh/vendor-completions/_${name}`, `completions/_${name}`],
    [`usr/share/fish/vendor_completions.d/${name}.fish`, `completions/${name}.fish`],
  ];
  for (const [path, from] of files) copyInto(join(root, path), join(built, from));
  chmodSync(join(root, `usr/bin/${name}`), 0o755);
  mkdirSync(join(root, "DEBIAN"), { recursive: true });
  const control = [
    `Package: ${name}`,
    `Version: ${version.replaceAll("-", "~")}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${name} <noreply@github.com>`,
    "Depends: libc6 (>= 2.17), tmux (>= 2.6), openssh-client (>= 1:7.0)",
    "Section: net",
    "Priority: optional",
    `Homepage: ${repository}`,
    `Description: ${description}`,
  ];
  writeFileSync(join(root, "DEBIAN/control"), `${control.join("\n")}\n`);
  const file = join(folder, `${name}_${version}_${architecture}.deb`);
  const epoch = ["env", `SOURCE_DATE_EPOCH=${packing.time}`];
  runTool(
    [...epoch, "dpkg-deb", "-Zgzip", `-z${packing.level}`, "--root-owner-group", "--build", root, file],
    folder,
  );
  return file;
}
