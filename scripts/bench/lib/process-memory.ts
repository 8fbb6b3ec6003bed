import { readFileSync } from "node:fs";

/** Megabytes that a process has resident, or the most it ever had; NaN where /proc is not. */
export function memoryMb(pid: number, which: "now" | "peak"): number {
  const name = which === "now" ? "VmRSS" : "VmHWM";
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1]) / 1024);
  } catch {
    return Number.NaN;
  }
}
