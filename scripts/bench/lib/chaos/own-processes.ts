import { readdirSync, readFileSync } from "node:fs";

export type OwnProcess = {
  readonly pid: number;
  readonly parent: number;
  readonly leader: number;
  readonly commandLine: string;
};

/** tmux's server and clients, and all that it ever started, of the tree at `root`. */
export function ownProcesses(root: string): OwnProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => readProc(name, "environ").split("\0").includes(`MCP_SSH_RUNTIME=${root}`))
    .map(describe)
    .filter(({ commandLine }) => commandLine !== "");
}

export function tmuxServer(all: readonly OwnProcess[]): OwnProcess | undefined {
  return all.find(
    ({ pid, leader, commandLine }) =>
      pid === leader && /^(?:\S*\/)?tmux\b/.test(commandLine) && !commandLine.includes(" -C "),
  );
}

/** What runs in the session's pane, whose program waits for ssh; ssh itself; the recorder. */
export function wrapperOf(all: readonly OwnProcess[], session: string): OwnProcess | undefined {
  return all.find(
    ({ commandLine }) =>
      commandLine.startsWith("/bin/sh -c # The program of every pane") &&
      commandLine.includes(`/${session}.number `),
  );
}

export function sshOf(all: readonly OwnProcess[], session: string): OwnProcess | undefined {
  const wrapper = wrapperOf(all, session);
  return all.find(({ parent, commandLine }) => parent === wrapper?.pid && commandLine.includes("-tt"));
}

/** Its shell, and what that has writing. */
export function recorderOf(all: readonly OwnProcess[], session: string): OwnProcess[] {
  const shells = all.filter(({ commandLine }) => commandLine.includes(`set -- ${session} `));
  return [...shells, ...all.filter(({ parent }) => shells.some(({ pid }) => pid === parent))];
}

/** The children of a process, such as sshd's for each connection. */
export function childrenOf(parent: number): number[] {
  try {
    return readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ").map(Number);
  } catch {
    return [];
  }
}

/** A process that has ended meanwhile is no fault. */
export function signal(pid: number, name: NodeJS.Signals): void {
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  try {
    process.kill(pid, name);
  } catch {
    return;
  }
}

export function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

function describe(name: string): OwnProcess {
  const [, parent, , leader] = readProc(name, "stat")
    .replace(/^.*\) /s, "")
    .split(" ")
    .map(Number);
  return {
    pid: Number(name),
    parent: parent ?? 0,
    leader: leader ?? 0,
    commandLine: readProc(name, "cmdline").split("\0").join(" ").trim(),
  };
}

/** Processes end while they are looked at. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
