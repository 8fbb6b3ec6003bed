import { readFileSync } from "node:fs";

import { UserError } from "../base/user-error.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import type { Found } from "./find-server.ts";
import { serverProcesses } from "./server-processes.ts";
import type { TmuxVersion } from "./version.ts";

type Program = { readonly socketPath: string; readonly program: string; readonly version: TmuxVersion };

/**
 * Why the server at the socket cannot be used, and what to do. A server outlives an upgrade of the program, and versions
 * often cannot talk to one another (2.6 to 3.1 with 3.2 and later, 3.7 with any before).
 */
export async function unreachable(
  { socketPath, program, version }: Program,
  found: Found,
  failure: string,
): Promise<UserError> {
  const reason = reasonOf(found, failure);
  const started = found.kind === "present" ? found.version : readVersion(socketPath);
  const isMismatch = /protocol version mismatch|version is too (?:old|new)/.test(reason);
  if (!isMismatch && (started === undefined || started === version.text)) {
    return new UserError(
      "TMUX_UNAVAILABLE",
      `No tmux server could be reached at ${socketPath}: ${reason}`,
      `If its process was stopped, continue it (kill -CONT); else run ${program} -S '${socketPath}' kill-server, which ends all sessions.`,
    );
  }
  const its = started === undefined ? "of its own version" : started;
  return new UserError(
    "TMUX_UNAVAILABLE",
    `The tmux server at ${socketPath} was started by tmux ${started ?? "of another version"} and cannot talk to ${program}, which is ${version.text}: ${reason}. Its sessions go on running`,
    `To go on with them, put tmux ${its} first on PATH and start this server again. To end them all: ${await killCommand(socketPath)}`,
  );
}

function reasonOf(found: Found, failure: string): string {
  if (found.kind === "silent") return "it does not answer";
  return found.kind === "foreign" ? found.words : failure;
}

/** kill-server would have to be understood. */
async function killCommand(socketPath: string): Promise<string> {
  const pids = (await serverProcesses(socketPath).catch(() => [])).map(({ pid }) => pid);
  return pids.length === 0 ? `kill the process of ${socketPath}` : `kill ${pids.join(" ")}`;
}

/** Which tmux has started the server, for those who cannot ask it. */
export function noteVersion(socketPath: string, version: TmuxVersion): void {
  writeFileAtomically(versionFile(socketPath), `${version.text}\n`);
}

function readVersion(socketPath: string): string | undefined {
  try {
    return readFileSync(versionFile(socketPath), "utf8").trim().slice(0, 40);
  } catch {
    return undefined;
  }
}

function versionFile(socketPath: string): string {
  return `${socketPath}.version`;
}
