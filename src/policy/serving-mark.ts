import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { writeFileAtomically } from "../platform/atomic-file.ts";
import { startOf } from "../platform/process-table.ts";

const markName = /^serving\.(\d+)$/;

/** Notes under `locks` that this process serves an agent; disposing it takes the note away. */
export function markServing(locks: string): Disposable {
  const path = join(locks, `serving.${process.pid}`);
  writeFileAtomically(path, `${startOf(process.pid)}\n`, { durable: false });
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/** The process ids of the servers that run; notes of those that were killed are removed. */
export function servingProcesses(locks: string): number[] {
  return readdirSync(locks).flatMap((name) => {
    const pid = Number(markName.exec(name)?.[1]);
    if (!Number.isSafeInteger(pid)) return [];
    if (isSame(pid, join(locks, name))) return [pid];
    rmSync(join(locks, name), { force: true });
    return [];
  });
}

/** Whether the process that wrote the note still runs, and not another one with its number. */
function isSame(pid: number, path: string): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(path, "utf8").trim() === startOf(pid);
  } catch {
    return false;
  }
}
