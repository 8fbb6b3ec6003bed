import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { writeZip } from "./archive.ts";
import { copyInto } from "./copy-into.ts";
import type { Build, Release } from "./release.ts";

/** MCP bundles (manifest 0.3), one for each system that clients of the desktop run on. Their paths. */
export function writeBundle(release: Release): string[] {
  const wanted = release.builds.filter(
    ({ target: { os, libc, cpu, baseline } }) =>
      os === "darwin" || (libc === "glibc" && (cpu === "arm64" || baseline === true)),
  );
  return wanted.map((build) => writeOne(release, build));
}

function writeOne({ identity, folder, packing }: Release, { target, folder: built }: Build): string {
  const { name, version, description, licence, repository } = identity;
  const root = join(dirname(built), "mcpb");
  const program = `server/${name}`;
  copyInto(join(root, program), join(built, name));
  chmodSync(join(root, program), 0o755);
  mkdirSync(root, { recursive: true });
  const manifest = {
    manifest_version: "0.3",
    name,
    display_name: "SSH sessions",
    version,
    description,
    author: { name: "mcp-ssh-interactive", url: repository },
    repository: { type: "git", url: `${repository}.git` },
    license: licence,
    server: {
      type: "binary",
      entry_point: program,
      mcp_config: { command: `\${__dirname}/${program}`, args: [] },
    },
    compatibility: { platforms: [target.os] },
    tools_generated: true,
  };
  writeFileSync(join(root, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  copyInto(join(root, "LICENSE"), join(built, "LICENSE"));
  copyInto(join(root, "THIRD-PARTY-LICENSES.txt"), join(built, "THIRD-PARTY-LICENSES.txt"));
  const file = join(folder, `${name}-${target.os}-${target.cpu}.mcpb`);
  writeZip(root, ["manifest.json", program, "LICENSE", "THIRD-PARTY-LICENSES.txt"], file, packing);
  return file;
}
