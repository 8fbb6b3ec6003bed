import { delay } from "../platform/delay.ts";
import { removeSshFiles } from "../ssh/session-files.ts";
import { paneFacts } from "../tmux/pane.ts";
import { killSession } from "../tmux/session.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { removeNumber, sessionPaths } from "./session-files.ts";
import type { Workplace } from "./workplace.ts";

const hangUpMs = 250;
const pollMs = 10;

/** Ends ssh and the tmux session, and forgets it; its log and ledger stay. Returns when the pane's processes are gone. */
export async function endSession(place: Workplace, tmux: TmuxServer, sessionName: string): Promise<void> {
  const pane = await paneFacts(tmux, sessionName);
  await killSession(tmux, sessionName);
  if (pane !== undefined && !pane.dead) await awaitGroupEnd(pane.pid);
  removeSshFiles(place.tree.runtime, sessionName);
  removeNumber(sessionPaths(place.tree, sessionName).number);
  await place.state.remove(sessionName);
}

/**
 * tmux hangs up the pane's process group; what has not gone a moment later is killed. There is no event for the end
 * of another's child, and one that init has not reaped yet still counts.
 */
async function awaitGroupEnd(pid: number): Promise<void> {
  const deadlineMs = performance.now() + hangUpMs;
  while (groupExists(pid)) {
    if (performance.now() >= deadlineMs) return signalGroup(pid, "SIGKILL");
    await delay(pollMs, new AbortController().signal);
  }
}

function groupExists(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    return;
  }
}
