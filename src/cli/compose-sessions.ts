import { join } from "node:path";

import { readInfoFile } from "../config/info-file.ts";
import type { ConfigSource } from "../config/load-config.ts";
import { FolderWatch } from "../platform/folder-watch.ts";
import type { HomeTree } from "../platform/home-tree.ts";
import type { MemoryBound } from "../platform/memory-bound.ts";
import type { TreeLinks } from "../platform/tree-links.ts";
import type { Gatehouse } from "../policy/gatehouse.ts";
import { SecretBook } from "../policy/secret-book.ts";
import { ConnectSlots } from "../sessions/connect-slots.ts";
import { maskSessions } from "../sessions/masked-sessions.ts";
import type { SessionService } from "../sessions/outcome.ts";
import { Sessions } from "../sessions/sessions.ts";
import { Turns } from "../sessions/turns.ts";
import { readSshVersion } from "../ssh/version.ts";
import { maxPieceBytes } from "../state/log-store.ts";
import type { StateFile } from "../state/state-file.ts";
import { connectTmux } from "../tmux/server.ts";
import { openGatehouse } from "./open-gatehouse.ts";
import { askpassProgram } from "./own-command.ts";
import { TmuxConnection } from "./tmux-connection.ts";

/** Absolute paths, and the environment that they get. */
export type Programs = {
  readonly tmux: string;
  readonly ssh: string;
  readonly env: Readonly<Record<string, string>>;
};

export type SessionParts = {
  readonly tree: HomeTree;
  readonly links: TreeLinks;
  readonly home: string;
  readonly programs: Programs;
  /** The server's own environment, which may hold secrets. */
  readonly ownEnv: Readonly<Record<string, string | undefined>>;
  readonly config: ConfigSource;
  readonly state: StateFile;
  readonly memory: MemoryBound;
  readonly log: (line: string) => void;
};

/** `service` is what clients get, without secrets. `close` lets go of tmux; the sessions stay. */
export function composeSessions(parts: SessionParts): {
  readonly sessions: Sessions;
  readonly gatehouse: Gatehouse;
  readonly service: SessionService;
  readonly close: () => Promise<void>;
} {
  const { tree, links, home, programs, ownEnv, config, state, memory, log } = parts;
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
  const configured = () => config.current();
  const secrets = new SecretBook({ env: ownEnv, childEnv: programs.env }, configured);
  const mask = () => secrets.mask(sessions.hiddenWords());
  const gatehouse = openGatehouse(tree, { config: configured, mask });
  const sessions = new Sessions({
    tree,
    links,
    home,
    env: programs.env,
    secrets,
    gatehouse,
    askpass: askpassProgram(tree.mux),
    ssh: {
      program: programs.ssh,
      version: () => readSshVersion(programs.ssh, programs.env),
      userConfig: join(home, ".ssh", "config"),
      systemConfig: "/etc/ssh/ssh_config",
    },
    config: configured,
    readInfo: (connection, secrets) => ({
      connectionConfigName: connection.name,
      ...readInfoFile(connection, secrets),
    }),
    tmux: () => tmux.current(),
    state,
    logWatch: new FolderWatch(tree.logs),
    slots: new ConnectSlots(tree.locks),
    readingRoom: new Uint8Array(maxPieceBytes),
    rendering: new Turns(() => memory.keep()),
    memory,
    warn: log,
  });
  return { sessions, gatehouse, service: maskSessions(sessions, mask), close: () => tmux.close() };
}
