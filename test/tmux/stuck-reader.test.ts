import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";

import type { TmuxServer } from "../../src/tmux/server.ts";
import { createSession } from "../../src/tmux/session.ts";
import { command } from "../../src/tmux/words.ts";
import { PrivateTmux, signalProcess, testNumber, until } from "../support/private-tmux.ts";

const megabyte = 1 << 20;
const endMark = `\x1b]7711;end;${testNumber};0\x1b\\`;
/** Below the 12 MB of the flood, above what it leaves in a history of 2,000 lines. */
const mostGrowth = 10 * megabyte;

test("a process of ours that is stopped neither stalls a flooding session nor makes tmux grow", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  const before = residentBytes(await serverPid(server));
  const tmuxPid = await serverPid(server);
  const clients = (await tmux.ask("list-clients", "-F", "#{client_pid}")).trim().split("\n").map(Number);
  await createSession(server, floodPlan(tmux));
  for (const pid of clients) signalProcess(pid, "SIGSTOP");
  try {
    await until("the end of the flood", () => hasEnded(tmux), 60_000);
    expect(residentBytes(tmuxPid) - before).toBeLessThan(mostGrowth);
  } finally {
    for (const pid of clients) signalProcess(pid, "SIGCONT");
  }
}, 90_000);

test("a human's terminal that is stuck neither stalls a flooding session nor makes tmux grow", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  const tmuxPid = await serverPid(server);
  await createSession(server, tmux.plan("flood", `read go; ${flood}`, { segmentBytes: 4 * megabyte }));
  const { program, socketPath } = tmux.options;
  const attach = `${program} -u -S ${socketPath} attach -t =mcp-flood`;
  const human = Bun.spawn(["script", "-qfc", attach, "/dev/null"], {
    env: { PATH: "/usr/bin:/bin", TERM: "xterm", SHELL: "/bin/sh" },
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  });
  try {
    await until("the human", async () =>
      (await tmux.ask("list-clients", "-F", "#{client_tty}")).includes("/dev/"),
    );
    const before = residentBytes(tmuxPid);
    signalProcess(human.pid, "SIGSTOP");
    await server.run([command("send-keys", "-t", "=mcp-flood:", "Enter")]);
    await until("the end of the flood", () => hasEnded(tmux), 60_000);
    expect(residentBytes(tmuxPid) - before).toBeLessThan(mostGrowth);
  } finally {
    signalProcess(human.pid, "SIGCONT");
    human.kill("SIGKILL");
    await human.exited;
  }
}, 90_000);

const flood = "seq -f %09.0f 1 1090000";

function floodPlan(tmux: PrivateTmux) {
  return tmux.plan("flood", flood, { segmentBytes: 4 * megabyte });
}

function hasEnded(tmux: PrivateTmux): boolean {
  return existsSync(tmux.logFile("flood")) && readFileSync(tmux.logFile("flood"), "latin1").includes(endMark);
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

async function serverPid(server: TmuxServer): Promise<number> {
  const [reply] = await server.run([command("display-message", "-p", "#{pid}")]);
  return Number(reply?.lines[0]);
}
