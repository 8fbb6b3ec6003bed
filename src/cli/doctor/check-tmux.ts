import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { locateProgram } from "../../platform/programs.ts";
import { runProcess } from "../../platform/run-process.ts";
import { lacksOf } from "../../tmux/lacks.ts";
import { requireSupportedVersion, type TmuxVersion } from "../../tmux/version.ts";
import { VulnerabilityProbe } from "../../tmux/vulnerability-probe.ts";
import type { Finding } from "./finding.ts";
import { installCommand } from "./install-command.ts";
import { missingProgram } from "./missing-program.ts";
import type { Place } from "./place.ts";

const name = "tmux";
const timeoutMs = 5_000;

/** tmux: where it is, whether it is new enough, what it lacks, and whether a host can crash it. */
export async function checkTmux(place: Place): Promise<Finding[]> {
  const program = locateProgram("tmux", place.searchPath);
  const install = installCommand(place, "tmux");
  if (program === undefined) return [missingProgram("tmux", place, install)];
  try {
    const run = (...args: string[]) => runProcess([program, ...args], { env: place.env, timeoutMs });
    const version = requireSupportedVersion((await run("-V")).stdout, program);
    await requireSafe(place, version, run);
    return [describe(program, version, install)];
  } catch (error) {
    const isOurs = error instanceof UserError;
    const fact = isOurs ? error.message : `${program} cannot be started`;
    return [
      { name, verdict: "fail", fact, fix: isVulnerable(fact) ? (isOurs ? error.hint : install) : install },
    ];
  }
}

type Run = Parameters<VulnerabilityProbe["requireSafe"]>[1];

async function requireSafe({ config }: Place, version: TmuxVersion, run: Run): Promise<void> {
  if (!(config instanceof UserError) && config.settings.allowVulnerableTmux) return;
  const folder = mkdtempSync(join(tmpdir(), "mcp-ssh-doctor-"));
  try {
    await new VulnerabilityProbe().requireSafe(version, run, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isVulnerable(fact: string): boolean {
  return fact.includes("CVE-");
}

function describe(program: string, version: TmuxVersion, install: string): Finding {
  const fact = `${program} is ${version.text}`;
  const lacks = lacksOf(version);
  if (lacks.length === 0) return { name, verdict: "ok", fact };
  return { name, verdict: "warn", fact: [fact, ...lacks].join("; "), fix: install };
}
