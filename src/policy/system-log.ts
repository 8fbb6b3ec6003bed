import { existsSync } from "node:fs";

import type { AuditHead } from "./audit-trail.ts";

export const logTag = "mcp-ssh-interactive";
const leastPauseMs = 60_000;

/** What hands a line to the machine's own log, and what is there where something takes it. */
type Way = { readonly logger: string; readonly socket: string };

const usualWay: Way = { logger: "/usr/bin/logger", socket: "/dev/log" };

/** Where the machine keeps a log of its own, which this user cannot change, it is told the audit's head now and then. */
export class SystemLog {
  readonly #root: string;
  readonly #way: Way;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(root: string, way = usualWay) {
    this.#root = root;
    this.#way = way;
  }

  /** At most once a minute, and without waiting for it. */
  tell(head: AuditHead): void {
    const nowMs = performance.now();
    const { logger, socket } = this.#way;
    if (nowMs - this.#toldAtMs < leastPauseMs || !existsSync(socket) || !existsSync(logger)) return;
    this.#toldAtMs = nowMs;
    const options = { env: {}, stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    Bun.spawn([logger, "-t", logTag, "-p", "auth.info", "--", renderHead(this.#root, head)], options).unref();
  }
}

function renderHead(root: string, { count, hash }: AuditHead): string {
  return `${before(root)}${count} sha256 ${hash}`;
}

/** The head of this tree that a line of the machine's log tells, whatever that has put in front. */
export function parseHead(root: string, line: string): AuditHead | undefined {
  const words = before(root);
  const at = line.indexOf(words);
  if (at < 0) return undefined;
  const [, count, hash] =
    /^(\d{1,15}) sha256 ([0-9a-f]{64})$/.exec(line.slice(at + words.length).trimEnd()) ?? [];
  return count === undefined || hash === undefined ? undefined : { count: Number(count), hash };
}

function before(root: string): string {
  return `audit ${root} record `;
}
