import { readdirSync, readFileSync } from "node:fs";

export type FamilyProcess = { readonly pid: number; readonly name: string; readonly args: string };

/** A process and all that descend from it. */
export function familyOf(root: number): FamilyProcess[] {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-ww", "-o", "pid=,ppid=,comm=,args="]);
  const children = new Map<number, FamilyProcess[]>();
  let first: FamilyProcess | undefined;
  for (const line of stdout.toString().split("\n")) {
    const [, pid, parent, name = "", args = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const found = { pid: Number(pid), name, args };
    if (found.pid === root) first = found;
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), found]);
  }
  const withChildren = (each: FamilyProcess): FamilyProcess[] => [
    each,
    ...(children.get(each.pid) ?? []).flatMap(withChildren),
  ];
  return first === undefined ? [] : withChildren(first);
}

/** Megabytes that a process keeps resident, of what it shares with others its share. */
export function ownMb(pid: number): number {
  const text = readOf(pid, "smaps_rollup");
  return Number(/^Pss:\s*(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
}

/** Seconds of CPU that a process has used so far. */
export function cpuSeconds(pid: number): number {
  const fields = readOf(pid, "stat")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond;
}

/** Milliseconds of CPU that its threads of now have used so far, to the nanosecond where the kernel tells it. */
export function threadsCpuMs(pid: number): number {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return 0;
  }
  const used = threads.map((thread) => Number(readOf(pid, `task/${thread}/schedstat`).split(" ")[0]));
  return used.reduce((total, each) => total + each, 0) / 1_000_000;
}

const ticksPerSecond = 100;

/** Empty for a process that has ended. */
function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
