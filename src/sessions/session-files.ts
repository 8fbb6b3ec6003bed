import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { sessionKey } from "../base/session-name.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import type { HomeTree } from "../platform/home-tree.ts";

/** The files that belong to one session, by its name. */
export function sessionPaths(tree: HomeTree, sessionName: string) {
  const key = sessionKey(sessionName);
  return {
    log: join(tree.logs, `${sessionName}.log`),
    ledger: join(tree.logs, `${sessionName}.commands.jsonl`),
    checkpoint: join(tree.logs, `${sessionName}.checkpoint`),
    number: join(tree.mux, `${key}.number`),
    openLock: join(tree.locks, `${key}.open`),
    inputLock: join(tree.locks, `${key}.input`),
    logLock: join(tree.locks, `${key}.log`),
  };
}

/** A fresh number for the wrapper's end mark, 128 bits in hex. */
export function createNumber(): string {
  return randomBytes(16).toString("hex");
}

/** Where only this user can read it. */
export function writeNumber(path: string, number: string): void {
  writeFileAtomically(path, `${number}\n`);
}

export function readNumber(tree: HomeTree, sessionName: string): string | undefined {
  try {
    return /^[0-9a-f]{32}$/m.exec(readFileSync(sessionPaths(tree, sessionName).number, "utf8"))?.[0];
  } catch {
    return undefined;
  }
}
