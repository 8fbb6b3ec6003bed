import { readdirSync } from "node:fs";

/** File handles that a process holds; NaN where /proc is not. */
export function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return Number.NaN;
  }
}
