import { UserError } from "../base/user-error.ts";
import { CallRate } from "../policy/call-rate.ts";

/** Far more than an agent that reads what it gets can make. */
const callRate = { perSecond: 200, burst: 4_000 };
/** The same call that fails so often in a row is no longer tried; each of these may cost the user an account. */
const sameFailures = { most: 50, restMs: 30_000 };
const refusedLogins = { most: 5, restMs: 600_000 };

type Failures = { count: number; atMs: number };

/** Slows down a client that calls without end, or that makes the same mistake again and again. */
export class Brake {
  readonly #rate: CallRate;
  readonly #nowMs: () => number;
  readonly #failures = new Map<string, Failures>();

  /** `nowMs` only goes forward. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#rate = new CallRate(callRate, nowMs());
  }

  /** Throws RATE_LIMITED. */
  admit(tool: string, args: Readonly<Record<string, unknown>>): void {
    const over = this.#rate.take(this.#nowMs());
    if (over !== undefined) throw limited("this client calls without a pause", over.waitMs);
    for (const { key, limit, words } of watchesOf(tool, args)) {
      const leftMs = this.#leftMs(key, limit);
      if (leftMs > 0) throw limited(words, leftMs);
    }
  }

  /** `code` is undefined for a call that did what it should. */
  note(tool: string, args: Readonly<Record<string, unknown>>, code: string | undefined): void {
    for (const { key, counts } of watchesOf(tool, args)) {
      if (!counts(code)) this.#failures.delete(key);
      else this.#failures.set(key, { count: (this.#failures.get(key)?.count ?? 0) + 1, atMs: this.#nowMs() });
    }
    if (this.#failures.size > 1_000) this.#failures.clear();
  }

  #leftMs(key: string, { most, restMs }: typeof sameFailures): number {
    const known = this.#failures.get(key);
    if (known === undefined || known.count < most) return 0;
    const leftMs = known.atMs + restMs - this.#nowMs();
    if (leftMs <= 0) this.#failures.delete(key);
    return leftMs;
  }
}

/** What waits for a human's answer, or for another agent's, is asked again rightly. */
const patient = new Set(["APPROVAL_PENDING", "SESSION_BUSY", "PAUSED_BY_HUMAN", "RATE_LIMITED"]);

function watchesOf(tool: string, args: Readonly<Record<string, unknown>>) {
  const same = {
    key: `same ${tool} ${JSON.stringify(args)}`,
    limit: sameFailures,
    words: "just this call has failed again and again",
    counts: (code: string | undefined) => code !== undefined && !patient.has(code),
  };
  if (tool !== "open_connection") return [same];
  const login = {
    key: `login ${String(args["connection_config_name"])}`,
    limit: refusedLogins,
    words: "the host has refused this login several times, and might lock the account",
    counts: (code: string | undefined) => code === "AUTH_FAILED",
  };
  return [same, login];
}

function limited(words: string, waitMs: number): UserError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new UserError(
    "RATE_LIMITED",
    `${words}; nothing was done`,
    `Do not repeat it: look at what it answers, change the call, or tell the user. In ${seconds} s it may be tried again.`,
    { details: { retry_after_seconds: seconds } },
  );
}
