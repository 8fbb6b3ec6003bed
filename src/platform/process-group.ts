import { readdirSync, readFileSync } from "node:fs";

/** False when there is no such group. The numbers 0 and 1 would mean our own group, and all processes. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return group > 1 && process.kill(-group, signal);
  } catch {
    return false;
  }
}

/** Whether any process of the group still runs; one that has ended and waits to be reaped does not. */
export function groupRuns(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  const states = groupStates(group);
  return states === undefined || states.some((state) => state !== "Z" && state !== "X");
}

/** Letters as proc(5) has them; undefined where there is no /proc, and what has ended is reaped by init at once. */
function groupStates(group: number): string[] | undefined {
  if (process.platform !== "linux") return undefined;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const [state, , processGroup] = readStat(pid);
      return state !== undefined && Number(processGroup) === group ? [state] : [];
    });
}

/** The fields behind the command's name, which may itself hold blanks and parentheses. */
function readStat(pid: string): string[] {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    return line.slice(line.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
