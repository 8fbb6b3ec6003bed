import { existsSync } from "node:fs";

import { UserError } from "../../base/user-error.ts";
import { locateProgram } from "../../platform/programs.ts";
import { serverProcesses } from "../../tmux/server-processes.ts";
import { checkServer } from "../../tmux/server.ts";
import type { Finding } from "./finding.ts";
import type { Place } from "./place.ts";

const name = "tmux-server";
const timeoutMs = 3_000;

/** Our own tmux server, which holds the sessions; it is not started for this. */
export async function checkTmuxServer({ tree, env, searchPath }: Place): Promise<Finding[]> {
  const program = locateProgram("tmux", searchPath);
  if (program === undefined) return [];
  if (!existsSync(tree.tmuxSocket)) return [await withoutSocket(tree.tmuxSocket)];
  try {
    const found = await checkServer({
      program,
      socketPath: tree.tmuxSocket,
      env,
      logsFolder: tree.logs,
      runtimeFolder: tree.runtime,
      timeoutMs,
    });
    return [
      {
        name,
        verdict: "ok",
        fact: found === "present" ? "runs and answers" : "does not run; it starts with the first session",
      },
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ name, verdict: "fail", fact: error.message, fix: await mending(tree.tmuxSocket, error) }];
  }
}

/** A server whose socket was removed makes it anew when it is told to. */
async function withoutSocket(socket: string): Promise<Finding> {
  const pids = (await serverProcesses(socket)).map(({ pid }) => pid);
  return pids.length === 0
    ? { name, verdict: "ok", fact: "does not run; it starts with the first session" }
    : { name, verdict: "warn", fact: `runs, but ${socket} is gone`, fix: `kill -USR1 ${pids.join(" ")}` };
}

async function mending(socket: string, error: UserError): Promise<string> {
  const processes = await serverProcesses(socket);
  const stopped = processes.filter(({ state }) => state.startsWith("T")).map(({ pid }) => pid);
  if (stopped.length > 0) return `kill -CONT ${stopped.join(" ")}`;
  const pids = processes.map(({ pid }) => pid);
  return pids.length > 0 ? `kill ${pids.join(" ")} (this ends all sessions)` : error.hint;
}
