import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { acquireFileLock } from "../../src/platform/file-lock.ts";
import type { McpHome } from "./mcp-server.ts";

/** All that the sessions of a home have on this machine besides their logs; equal to `noTraces` when there is none. */
export type Traces = {
  readonly tmuxSessions: readonly string[];
  readonly stateEntries: readonly string[];
  readonly muxFiles: readonly string[];
  readonly heldLocks: readonly string[];
  readonly processes: readonly string[];
};

export const noTraces: Traces = {
  tmuxSessions: [],
  stateEntries: [],
  muxFiles: [],
  heldLocks: [],
  processes: [],
};

export async function tracesOf(home: McpHome): Promise<Traces> {
  return {
    tmuxSessions: home
      .tmux("list-sessions", "-F", "#{session_name}")
      .split("\n")
      .filter((name) => name.startsWith("mcp-")),
    stateEntries: Object.keys(readState(home)),
    muxFiles: readdirSync(join(home.root, "mux")),
    heldLocks: await heldLocks(join(home.root, "locks")),
    processes: paneProcesses(home).map(({ commandLine }) => commandLine),
  };
}

/** The entries of state.json by their keys. */
export function readState(home: McpHome): Record<string, Record<string, unknown>> {
  const path = join(home.root, "state.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).sessions : {};
}

export type PaneProcess = { readonly pid: number; readonly commandLine: string };

/** The programs in panes, the recorders, and what these have started; without tmux and the pane that keeps it up. */
export function paneProcesses(home: McpHome): PaneProcess[] {
  const hub = home.tmux("list-panes", "-t", "=mcp_hub:", "-F", "#{pane_pid}").trim();
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== hub)
    .filter((pid) => readProc(pid, "environ").split("\0").includes(`MCP_SSH_RUNTIME=${home.root}`))
    .map((pid) => ({ pid: Number(pid), commandLine: readProc(pid, "cmdline").split("\0").join(" ").trim() }))
    .filter(({ commandLine }) => commandLine !== "" && !/^(?:\S*\/)?tmux\b/.test(commandLine));
}

async function heldLocks(folder: string): Promise<string[]> {
  const held: string[] = [];
  for (const name of readdirSync(folder)) {
    try {
      (await acquireFileLock(join(folder, name), 0)).release();
    } catch {
      held.push(name);
    }
  }
  return held;
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
