import { join } from "node:path";

import { version } from "../../package.json" with { type: "json" };
import { UserError } from "../base/user-error.ts";
import { readInfoFile } from "../config/info-file.ts";
import { createConfigSource, type ConfigSource } from "../config/load-config.ts";
import { childEnvironment } from "../platform/child-environment.ts";
import { FolderWatch } from "../platform/folder-watch.ts";
import { homeTree, openHomeTree, type HomeTree } from "../platform/home-tree.ts";
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
  const tmux = new TmuxConnection(() =>
    connectTmux({
      program: programs.tmux,
      socketPath: tree.tmuxSocket,
      env: programs.env,
      logsFolder: tree.logs,
      runtimeFolder: tree.runtime,
      allowVulnerable: config.current().settings.allowVulnerableTmux,
    }),
  );
  const place = composePlace({ tree, home, programs, config, tmux, log });
  await place.state.settle();
  await serveMcp({ service: new Sessions(place), settings, version, log, signal: stop });
  await tmux.close();
  return exitCodes.done;
}

type Parts = {
  readonly tree: HomeTree;
  readonly home: string;
  readonly programs: Programs;
  readonly config: ConfigSource;
  readonly tmux: TmuxConnection;
  readonly log: (line: string) => void;
};

function composePlace({ tree, home, programs, config, tmux, log }: Parts): Workplace {
  return {
    tree,
    env: programs.env,
    ssh: {
      program: programs.ssh,
      version: () => readSshVersion(programs.ssh, programs.env),
      userConfig: join(home, ".ssh", "config"),
      systemConfig: "/etc/ssh/ssh_config",
    },
    config: () => config.current(),
    readInfo: (connection, secrets) => ({
      connectionConfigName: connection.name,
      ...readInfoFile(connection, secrets),
    }),
    tmux: () => tmux.current(),
    state: new StateFile(tree.stateFile, join(tree.locks, "state"), log),
    logWatch: new FolderWatch(tree.logs),
    slots: new ConnectSlots(tree.locks),
    warn: log,
  };
}

/** Absolute paths, and the environment that they get. */
type Programs = {
  readonly tmux: string;
  readonly ssh: string;
  readonly env: Readonly<Record<string, string>>;
};

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
