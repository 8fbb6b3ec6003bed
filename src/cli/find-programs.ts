import { UserError } from "../base/user-error.ts";
import { childEnvironment } from "../platform/child-environment.ts";
import { locateProgram, trustedSearchPath } from "../platform/programs.ts";
import { installHint } from "../tmux/version.ts";
import type { Invocation } from "./command.ts";
import type { Programs } from "./compose-sessions.ts";

const sshInstallHint =
  "Install the OpenSSH client: apt install openssh-client, dnf install openssh-clients, pacman -S openssh or apk add openssh-client.";

/** To be called in the folder that the program was started in. Throws TMUX_UNAVAILABLE and SSH_UNAVAILABLE. */
export function findPrograms(invocation: Invocation): Programs {
  const tmux = locateProgram("tmux", searchPathOf(invocation));
  if (tmux === undefined) throw new UserError("TMUX_UNAVAILABLE", "tmux was not found on PATH", installHint);
  return { tmux, ...findSsh(invocation) };
}

/** For commands that need no tmux. */
export function findSsh(invocation: Invocation): Pick<Programs, "ssh" | "env"> {
  const searchPath = searchPathOf(invocation);
  const ssh = locateProgram("ssh", searchPath);
  if (ssh === undefined) throw new UserError("SSH_UNAVAILABLE", "ssh was not found on PATH", sshInstallHint);
  return { ssh, env: childEnvironment(invocation.env, searchPath) };
}

/** Undefined where there is none. */
export function findOptional(name: string, invocation: Invocation): string | undefined {
  return locateProgram(name, searchPathOf(invocation));
}

function searchPathOf({ env }: Invocation): string[] {
  return trustedSearchPath(env["PATH"] ?? "", process.cwd());
}
