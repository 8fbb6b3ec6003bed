import { readFileSync } from "node:fs";

import { runProcess } from "./run-process.ts";

/** `leadsTerminal`: it is the first process of a terminal, as the shell in a window of a terminal program is. */
export type ProcessFacts = {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly leadsTerminal: boolean;
};

export type ProcessTable = { facts(pid: number): ProcessFacts | undefined };

const listingTimeoutMs = 5_000;

export async function readProcessTable(): Promise<ProcessTable> {
  return process.platform === "linux" ? { facts: readProc } : readListing();
}

/** The process itself first, then its parent, up to the first one of all or what this user may not see. */
export function ancestry(table: ProcessTable, pid: number): ProcessFacts[] {
  const found: ProcessFacts[] = [];
  for (let facts = table.facts(pid); facts !== undefined; facts = table.facts(facts.parent)) {
    if (found.some((earlier) => earlier.pid === facts?.pid)) return found;
    found.push(facts);
  }
  return found;
}

/** When the process began, as a text that another one with its number never has; empty where the system does not tell. */
export function startOf(pid: number): string {
  return statFields(pid)?.rest[19] ?? "";
}

function readProc(pid: number): ProcessFacts | undefined {
  const found = statFields(pid);
  if (found === undefined) return undefined;
  const [, parent, , session, terminal] = found.rest;
  return {
    pid,
    parent: Number(parent),
    name: found.name,
    leadsTerminal: Number(session) === pid && terminal !== "0",
  };
}

/** The name may itself hold blanks and parentheses; `rest` begins with the state. */
function statFields(pid: number): { name: string; rest: string[] } | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = line.lastIndexOf(")");
    return { name: line.slice(line.indexOf("(") + 1, end), rest: line.slice(end + 2).split(" ") };
  } catch {
    return undefined;
  }
}

async function readListing(): Promise<ProcessTable> {
  const argv = ["/bin/ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "tty=", "-o", "stat=", "-o", "comm="];
  const { stdout } = await runProcess(argv, { env: {}, timeoutMs: listingTimeoutMs });
  const all = new Map<number, ProcessFacts>();
  for (const line of stdout.split("\n")) {
    const [, pid, parent, terminal = "", state = "", name = ""] =
      /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined) continue;
    const leadsTerminal = state.includes("s") && !/^[?-]+$/.test(terminal);
    all.set(Number(pid), { pid: Number(pid), parent: Number(parent), name, leadsTerminal });
  }
  return { facts: (pid) => all.get(pid) };
}
