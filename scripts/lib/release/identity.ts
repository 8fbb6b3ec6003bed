import { join } from "node:path";

import packageJson from "../../../package.json" with { type: "json" };
import { project } from "../../../src/cli/project.ts";

/** What a release is: the same for every build of one commit, whoever builds it. */
export type Identity = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly licence: string;
  readonly repository: string;
  /** Twelve digits, with `-dirty` where sources differ from it; `unknown` outside of a repository. */
  readonly commit: string;
  /** Seconds since 1970 of the commit, or SOURCE_DATE_EPOCH; all times in archives are this one. */
  readonly time: number;
};

export function readIdentity(root: string): Identity {
  const { name, version, description, license } = packageJson;
  const commit = git(root, "rev-parse", "--short=12", "HEAD");
  const changed = git(root, "status", "--porcelain", "--", "src", "package.json", "bun.lock");
  const given = process.env["SOURCE_DATE_EPOCH"];
  return {
    name,
    version,
    description,
    licence: license,
    repository: project,
    commit: commit === undefined ? "unknown" : `${commit}${changed === "" ? "" : "-dirty"}`,
    time: Number(given ?? git(root, "log", "-1", "--format=%ct") ?? 0),
  };
}

function git(root: string, ...words: readonly string[]): string | undefined {
  const result = Bun.spawnSync(["git", "-C", join(root), ...words], { stdout: "pipe", stderr: "ignore" });
  return result.success ? result.stdout.toString().trim() : undefined;
}
