import type { ConnectionConfig, Settings } from "../config/connection-config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { FolderWatch } from "../platform/folder-watch.ts";
import type { HomeTree } from "../platform/home-tree.ts";
import type { MemoryBound } from "../platform/memory-bound.ts";
import type { TreeLinks } from "../platform/tree-links.ts";
import type { Gatehouse } from "../policy/gatehouse.ts";
import type { SecretBook } from "../policy/secret-book.ts";
import type { SshVersion } from "../ssh/version.ts";
import type { StateFile } from "../state/state-file.ts";
import type { TmuxServer } from "../tmux/server.ts";
import type { ConnectSlots } from "./connect-slots.ts";
import type { ServerInfo } from "./outcome.ts";
import type { Turns } from "./turns.ts";

/** What all sessions of one server process share; composed once, where the process starts. */
export type Workplace = {
  readonly tree: HomeTree;
  readonly links: TreeLinks;
  /** The user's home. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: SecretBook;
  readonly gatehouse: Gatehouse;
  /** Absolute path of the program by which ssh asks. */
  readonly askpass: string;
  readonly ssh: {
    readonly program: string;
    readonly version: () => Promise<SshVersion>;
    readonly userConfig: string;
    readonly systemConfig: string;
  };
  /** Throws CONFIG_INVALID when nothing of the file can be used. */
  readonly config: () => LoadedConfig;
  readonly readInfo: (config: ConnectionConfig, plainSecrets: readonly string[]) => ServerInfo;
  /** Connected; starts or finds a server anew after the last one was lost. */
  readonly tmux: () => Promise<TmuxServer>;
  readonly state: StateFile;
  readonly logWatch: FolderWatch;
  readonly slots: ConnectSlots;
  /** Into which pieces of logs are read, instead of memory of their own for each. */
  readonly readingRoom: Uint8Array;
  /** In which long outputs are rendered, so that one at a time is held as lines, however many sessions are read. */
  readonly rendering: Turns;
  readonly memory: MemoryBound;
  readonly warn: (message: string) => void;
};

export type { ConnectionConfig, Settings };
