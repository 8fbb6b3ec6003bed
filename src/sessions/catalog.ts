import { statSync } from "node:fs";
import { basename, dirname } from "node:path";

import { UserError } from "../base/user-error.ts";
import { FolderWatch, type FileSubscription } from "../platform/folder-watch.ts";
import { LogStore } from "../state/log-store.ts";
import { sessionPaths } from "./session-files.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

/** What there is to name, by the configuration and the state file alone: neither tmux nor a host is asked. */
export type Catalog = {
  readonly hosts: readonly CatalogHost[];
  readonly sessions: readonly CatalogSession[];
};

/** `infoBytes` only where the host's info file is there. */
export type CatalogHost = { readonly name: string; readonly hasInfo: boolean; readonly infoBytes?: number };

export type CatalogSession = {
  readonly name: string;
  readonly connectionConfig: string;
  readonly logBytes: number;
};

/** `catalog`: hosts and sessions that come and go; `notes`: any file of `info/`. */
export type Watched =
  | { readonly kind: "catalog" | "notes" }
  | { readonly kind: "log" | "ledger"; readonly sessionName: string }
  | { readonly kind: "info"; readonly connectionConfigName: string };

export function readCatalog(place: Workplace): Catalog {
  const { state, tree } = place;
  const records = [...state.read().values()].filter(({ phase }) => phase !== "opening");
  return {
    hosts: configured(place).map(({ name, config }) => ({ name, ...infoFacts(config) })),
    sessions: records.map(({ session_name: name, connection_config: connectionConfig }) => {
      const { first, end } = new LogStore(sessionPaths(tree, name).log).extent();
      return { name, connectionConfig, logBytes: end - first };
    }),
  };
}

/** Of a session that is not open, or a host without notes, nothing is ever told. */
export function watchFor(place: Workplace, watched: Watched): FileSubscription {
  const { tree, logWatch, state } = place;
  switch (watched.kind) {
    case "catalog":
      return new FolderWatch(tree.root).subscribe();
    case "notes":
      return new FolderWatch(tree.info).subscribe();
    case "info": {
      const { connectionConfigName: wanted } = watched;
      const path = configured(place).find(({ name }) => name === wanted)?.config?.infoFile?.path;
      return path === undefined
        ? logWatch.subscribe("")
        : new FolderWatch(dirname(path)).subscribe(basename(path));
    }
    case "log":
    case "ledger": {
      const name = state.get(watched.sessionName)?.session_name ?? watched.sessionName;
      return logWatch.subscribe(basename(sessionPaths(tree, name)[watched.kind]));
    }
  }
}

/** A file that cannot be used names no hosts; the tools tell why. */
function configured(place: Workplace): { name: string; config: ConnectionConfig | undefined }[] {
  try {
    return [...place.config().connections].map(([name, entry]) => ({
      name,
      config: "config" in entry ? entry.config : undefined,
    }));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function infoFacts(config: ConnectionConfig | undefined): Pick<CatalogHost, "hasInfo" | "infoBytes"> {
  if (config?.infoFile === undefined) return { hasInfo: false };
  const facts = statSync(config.infoFile.path, { throwIfNoEntry: false });
  return { hasInfo: true, ...(facts?.isFile() === true ? { infoBytes: facts.size } : {}) };
}
