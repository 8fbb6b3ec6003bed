import { join } from "node:path";

import { version } from "../../package.json" with { type: "json" };
import { UserError } from "../base/user-error.ts";
import { readInfoFile } from "../config/info-file.ts";
import { createConfigSource } from "../config/load-config.ts";
import { childEnvironment } from "../platform/child-environment.ts";
import { FolderWatch } from "../platform/folder-watch.ts";
import { homeTree, openHomeTree } from "../platform/home-tree.ts";
import { locateProgram, trustedSearchPath } from "../platform/programs.ts";
import { serveMcp } from "../server/serve.ts";
import { ConnectSlots } from "../sessions/connect-slots.ts";
import { Sessions } from "../sessions/sessions.ts";
import type { Workplace } from "../sessions/workplace.ts";
import { readSshVersion } from "../ssh/version.ts";
import { StateFile } from "../state/state-file.ts";
import { connectTmux } from "../tmux/server.ts";
import { installHint } from "../tmux/version.ts";
import { exitCodes, type Invocation } from "./command.ts";
import { TmuxConnection } from "./tmux-connection.ts";

/** Serves MCP over stdio until the client goes; sessions stay. Throws before anything is served when it could not work. */
export async function serve({ root, home, env }: Invocation): Promise<number> {
  // Queued, for a client that does not read our stderr must not hold us up.
  const log = (line: string) => void process.stderr.write(`mcp-ssh-interactive: ${line}\n`);
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const config = createConfigSource({ path: tree.configFile, home, root });
  const { settings, faults } = config.current();
  if (faults.length > 0)
    log(
      `${faults.length === 1 ? "1 fault" : `${faults.length} faults`} in ${tree.configFile}; mcp-ssh-interactive validate shows all`,
    );
  openHomeTree(tree);
  const searchPath = trustedSearchPath(env["PATH"] ?? "", process.cwd());
  const tmuxProgram = requireProgram(
    "tmux",
    searchPath,
    new UserError("TMUX_UNAVAILABLE", "tmux was not found on PATH", installHint),
  );
  const sshProgram = requireProgram(
    "ssh",
    searchPath,
    new UserError("SSH_UNAVAILABLE", "ssh was not found on PATH", sshInstallHint),
  );
  const childEnv = childEnvironment(env, searchPath);
  process.chdir(root);
  const stop = stopOnSignals();
  const state = new StateFile(tree.stateFile, join(tree.locks, "state"), log);
  const tmux = new TmuxConnection(() =>
    connectTmux({
      program: tmuxProgram,
      socketPath: tree.tmuxSocket,
      env: childEnv,
      logsFolder: tree.logs,
      runtimeFolder: tree.runtime,
      allowVulnerable: config.current().settings.allowVulnerableTmux,
    }),
  );
  const place: Workplace = {
    tree,
    env: childEnv,
    ssh: {
      program: sshProgram,
      version: () => readSshVersion(sshProgram, childEnv),
      userConfig: join(home, ".ssh", "config"),
      systemConfig: "/etc/ssh/ssh_config",
    },
    config: () => config.current(),
    readInfo: (connection, secrets) => ({
      connectionConfigName: connection.name,
      ...readInfoFile(connection, secrets),
    }),
    tmux: () => tmux.current(),
    state,
    logWatch: new FolderWatch(tree.logs),
    slots: new ConnectSlots(),
    warn: log,
  };
  await state.settle();
  const service = new Sessions(place);
  await serveMcp({ service, settings, version, log, signal: stop });
  await tmux.close();
  return exitCodes.done;
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
