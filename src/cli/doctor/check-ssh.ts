import { existsSync } from "node:fs";

import { UserError } from "../../base/user-error.ts";
import { locateProgram } from "../../platform/programs.ts";
import { sshKeygen } from "../../ssh/known-hosts.ts";
import { isAtLeast, readSshVersion, type SshVersion } from "../../ssh/version.ts";
import type { Finding } from "./finding.ts";
import { installCommand } from "./install-command.ts";
import { missingProgram } from "./missing-program.ts";
import type { Place } from "./place.ts";

const name = "ssh";

/** OpenSSH's client: where it is, whether it is new enough, and what it lacks. */
export async function checkSsh(place: Place): Promise<Finding[]> {
  const program = locateProgram("ssh", place.searchPath);
  const fix = installCommand(place, "openssh client");
  if (program === undefined) return [missingProgram("ssh", place, fix)];
  try {
    const version = await readSshVersion(program, place.env);
    const found = `${program} is OpenSSH ${version.major}.${version.minor}`;
    if (!existsSync(sshKeygen(program)))
      return [{ name, verdict: "fail", fact: `${found}, but ssh-keygen does not stand beside it`, fix }];
    const lacks = lacksOf(version);
    if (lacks.length === 0) return [{ name, verdict: "ok", fact: found }];
    return [{ name, verdict: "warn", fact: `${found}; ${lacks.join("; ")}`, fix }];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ name, verdict: "fail", fact: error.message, fix }];
  }
}

function lacksOf(version: SshVersion): string[] {
  const all: readonly [major: number, minor: number, lacks: string][] = [
    [7, 6, "`host_key: accept-new` needs 7.6"],
    [8, 4, "below 8.4 passwords are asked for in the session's own terminal"],
    [8, 5, "`host_key: SHA256:…` needs 8.5"],
  ];
  return all.flatMap(([major, minor, lacks]) => (isAtLeast(version, major, minor) ? [] : [lacks]));
}
