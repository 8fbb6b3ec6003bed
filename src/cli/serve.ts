import { join } from "node:path";

import { version } from "../../package.json" with { type: "json" };
import { UserError } from "../base/user-error.ts";
import { createConfigSource } from "../config/load-config.ts";
import { childEnvironment } from "../platform/child-environment.ts";
import { homeTree, openHomeTree } from "../platform/home-tree.ts";
import { locateProgram, trustedSearchPath } from "../platform/programs.ts";
import { serveMcp } from "../server/serve.ts";
import { StateFile } from "../state/state-file.ts";
import { installHint } from "../tmux/version.ts";
import { exitCodes, type Invocation } from "./command.ts";
import type { Programs } from "./compose-sessions.ts";

/** Serves MCP over stdio until the client goes; sessions stay. Throws before anything is served when it could not work. */
export async function serve(invocation: Invocation): Promise<number> {
  const { root, home } = invocation;
  // Queued, for a client that does not read our stderr must not hold us up.
  const log = (line: string) => void process.stderr.write(`mcp-ssh-interactive: ${line}\n`);
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const config = createConfigSource({ path: tree.configFile, home, root });
  const { settings, faults } = config.current();
  if (faults.length > 0)
    log(`${countFaults(faults.length)} in ${tree.configFile}; mcp-ssh-interactive validate shows all`);
  openHomeTree(tree);
  const programs = findPrograms(invocation);
  process.chdir(root);
  const stop = stopOnSignals();
  const state = new StateFile(tree.stateFile, join(tree.locks, "state"), log);
  await state.settle();
  let close = async () => {};
  const service = async () => {
    const { composeSessions } = await import("./compose-sessions.ts");
    const composed = composeSessions({
      tree,
      home,
      programs,
      ownEnv: invocation.env,
      config,
      state,
      log,
    });
    close = composed.close;
    return composed.sessions;
  };
  await serveMcp({ service, settings, version, log, signal: stop });
  await close();
  return exitCodes.done;
}

function findPrograms({ env }: Invocation): Programs {
  const searchPath = trustedSearchPath(env["PATH"] ?? "", process.cwd());
  const noTmux = new UserError("TMUX_UNAVAILABLE", "tmux was not found on PATH", installHint);
  const noSsh = new UserError("SSH_UNAVAILABLE", "ssh was not found on PATH", sshInstallHint);
  return {
    tmux: requireProgram("tmux", searchPath, noTmux),
    ssh: requireProgram("ssh", searchPath, noSsh),
    env: childEnvironment(env, searchPath),
  };
}

const sshInstallHint =
  "Install the OpenSSH client: apt install openssh-client, dnf install openssh-clients, pacman -S openssh or apk add openssh-client.";

function requireProgram(name: string, searchPath: readonly string[], missing: UserError): string {
  const path = locateProgram(name, searchPath);
  if (path === undefined) throw missing;
  return path;
}

function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

function countFaults(count: number): string {
  return count === 1 ? "1 fault" : `${count} faults`;
}
