import { existsSync } from "node:fs";

import type { AuditHead } from "./audit-trail.ts";

const logger = "/usr/bin/logger";
const leastPauseMs = 60_000;

/** Where the machine keeps a log of its own, which this user cannot change, it is told the audit's head now and then. */
export class SystemLog {
  readonly #root: string;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(root: string) {
    this.#root = root;
  }

  /** At most once a minute, and without waiting for it. */
  tell({ count, hash }: AuditHead): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < leastPauseMs || !existsSync("/dev/log") || !existsSync(logger)) return;
    this.#toldAtMs = nowMs;
    const words = `audit ${this.#root} record ${count} sha256 ${hash}`;
    const options = { env: {}, stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    Bun.spawn([logger, "-t", "mcp-ssh-interactive", "-p", "auth.info", "--", words], options).unref();
  }
}
