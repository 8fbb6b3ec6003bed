import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { delay } from "../platform/delay.ts";
import { groupRuns, signalGroup } from "../platform/process-group.ts";
import { removeSshFiles } from "../ssh/session-files.ts";
import { paneFacts } from "../tmux/pane.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { killSession } from "../tmux/session.ts";
import { sessionPaths } from "./session-files.ts";
import type { Workplace } from "./workplace.ts";

const hangUpMs = 250;
const killMs = 1_000;
const pollMs = 10;

/** Ends ssh and the tmux session, and forgets it; its log and ledger stay. Returns when the pane's processes are gone. */
export async function endSession(place: Workplace, tmux: TmuxServer, sessionName: string): Promise<void> {
  const pane = await paneFacts(tmux, sessionName);
  await killSession(tmux, sessionName);
  if (pane !== undefined && !pane.dead) await awaitGroupEnd(pane.pid);
  const { number, checkpoint } = sessionPaths(place.tree, sessionName);
  removeSshFiles(place.tree.runtime, sessionName);
  for (const path of [number, checkpoint]) rmSync(path, { force: true });
  removeHalfWritten(number);
  await place.state.remove(sessionName);
}

/** What a process that was killed meanwhile had begun to write in its place. */
function removeHalfWritten(path: string): void {
  const begin = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(begin) && name.endsWith(".tmp")) rmSync(join(dirname(path), name), { force: true });
}

/** Ends what runs in the pane, which stays with its last screen. */
export async function endProgram(place: Workplace, tmux: TmuxServer, sessionName: string): Promise<void> {
  const pane = await paneFacts(tmux, sessionName);
  if (pane !== undefined && !pane.dead && !pane.programEnded) {
    signalGroup(pane.pid, "SIGHUP");
    await awaitGroupEnd(pane.pid);
  }
  removeSshFiles(place.tree.runtime, sessionName);
}

/** The pane's process group was hung up; what has not gone a moment later is killed. */
async function awaitGroupEnd(pid: number): Promise<void> {
  if (await groupEnds(pid, hangUpMs)) return;
  signalGroup(pid, "SIGKILL");
  await groupEnds(pid, killMs);
}

/** There is no event for the end of another's child. */
async function groupEnds(pid: number, withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while (groupRuns(pid)) {
    if (performance.now() >= deadlineMs) return false;
    await delay(pollMs, new AbortController().signal);
  }
  return true;
}
