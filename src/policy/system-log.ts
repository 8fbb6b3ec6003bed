import { existsSync } from "node:fs";

import type { AuditHead } from "./audit-trail.ts";

export const logTag = "mcp-ssh-interactive";

/** What hands a line to the machine's own log, what is there where something takes it, and the least time between two. */
type Way = { readonly logger: string; readonly socket: string; readonly pauseMs: number };

const usualWay: Way = { logger: "/usr/bin/logger", socket: "/dev/log", pauseMs: 60_000 };

/** Where the machine keeps a log of its own, which this user cannot change, it is told the audit's head now and then. */
export class SystemLog {
  readonly #root: string;
  readonly #way: Way;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  /** The newest that is still to be told. */
  #next: AuditHead | undefined;

  constructor(root: string, way = usualWay) {
    this.#root = root;
    this.#way = way;
  }

  /** At once or, after another one, when the pause is over: then the newest. Without waiting for it. */
  tell(head: AuditHead): void {
    const isWaiting = this.#next !== undefined;
    this.#next = head;
    if (isWaiting) return;
    const leftMs = this.#toldAtMs + this.#way.pauseMs - performance.now();
    if (leftMs <= 0) this.#tellNext();
    else setTimeout(() => this.#tellNext(), leftMs).unref();
  }

  #tellNext(): void {
    const { logger, socket } = this.#way;
    const head = this.#next;
    this.#next = undefined;
    this.#toldAtMs = performance.now();
    if (head === undefined || !existsSync(socket) || !existsSync(logger)) return;
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
