import type { FaultKind } from "./plan.ts";

/**
 * `command`: a command of ours ended its own login shell, or a session was closed. `machine slow`: this process itself
 * came late, and its links with it. Times are performance.now().
 */
export type Disturbance = {
  readonly kind: FaultKind | "command" | "machine slow";
  readonly sessions: "all" | readonly string[];
  readonly fromMs: number;
  untilMs: number;
};

export type Violation = {
  readonly step: string;
  readonly what: string;
  readonly call: string;
  readonly got: string;
};

const keptEvents = 60;
const slowMs = 2_000;
const shownChars = 1_200;

/** What was done, what disturbed it, and what was not true. */
export class Journal {
  readonly calls = new Map<string, { count: number; mostMs: number }>();
  readonly errors = new Map<string, number>();
  readonly checks = new Map<string, number>();
  readonly faults = new Map<string, number>();
  readonly violations: Violation[] = [];
  /** Copies the sessions' logs and ledgers as they are now; returns the folder. */
  keepLogs: (() => string) | undefined;
  readonly #disturbances: Disturbance[] = [];
  readonly #events: string[] = [];
  readonly #startedAtMs = performance.now();
  readonly #seed: number;
  readonly #isVerbose: boolean;

  constructor(seed: number, isVerbose: boolean) {
    this.#seed = seed;
    this.#isVerbose = isVerbose;
  }

  note(event: string): void {
    const seconds = ((performance.now() - this.#startedAtMs) / 1_000).toFixed(2);
    const line = `${seconds.padStart(7)} ${event}`;
    this.#events.push(line);
    if (this.#events.length > keptEvents) this.#events.shift();
    if (this.#isVerbose) console.log(line);
  }

  /** Counts one more check of this kind. */
  check(kind: string): void {
    increase(this.checks, kind);
  }

  countCall(tool: string, tookMs: number, code: string | undefined): void {
    const { count, mostMs } = this.calls.get(tool) ?? { count: 0, mostMs: 0 };
    this.calls.set(tool, { count: count + 1, mostMs: Math.max(mostMs, tookMs) });
    if (code !== undefined) increase(this.errors, code);
  }

  /** Notes a fault; the returned function says that it is over. */
  disturb(kind: Disturbance["kind"], sessions: Disturbance["sessions"], what: string): () => void {
    const disturbance = { kind, sessions, fromMs: performance.now(), untilMs: Infinity };
    this.#disturbances.push(disturbance);
    if (kind !== "command") increase(this.faults, kind);
    this.note(`  *** ${kind} ${what}`);
    return () => {
      disturbance.untilMs = performance.now();
    };
  }

  /** Notes when this process was not served for so long that a host may seem dead. */
  watchMachine(): Disposable {
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - lastMs > slowMs)
        this.#disturbances.push({ kind: "machine slow", sessions: "all", fromMs: lastMs, untilMs: nowMs });
      lastMs = nowMs;
    }, slowMs / 4);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /** Whether one of the kinds was at work on the session in this time. */
  wasDisturbed(
    kinds: readonly Disturbance["kind"][],
    session: string,
    { fromMs, untilMs = Infinity }: { readonly fromMs: number; readonly untilMs?: number },
  ): boolean {
    return this.#disturbances.some(
      (each) =>
        kinds.includes(each.kind) &&
        (each.sessions === "all" || each.sessions.includes(session)) &&
        each.untilMs >= fromMs &&
        each.fromMs <= untilMs,
    );
  }

  /** How long faults of any kind were at work in this time, the overlapping ones counted one by one. */
  disturbedMs(fromMs: number, untilMs: number): number {
    return this.#disturbances.reduce(
      (sum, each) => sum + Math.max(0, Math.min(each.untilMs, untilMs) - Math.max(each.fromMs, fromMs)),
      0,
    );
  }

  /** When the last fault on the session ended; now, if one is at work. */
  calmSince(session: string): number {
    const ends = this.#disturbances
      .filter(({ sessions }) => sessions === "all" || sessions.includes(session))
      .map(({ untilMs }) => Math.min(untilMs, performance.now()));
    return Math.max(0, ...ends);
  }

  violate(violation: Violation): void {
    this.violations.push(violation);
    const { step, what, call, got } = violation;
    console.log(
      [
        `\nVIOLATION ${this.violations.length}, seed ${this.#seed}, ${step}: ${what}`,
        `  call ${call}`,
        `  got  ${got.slice(0, shownChars)}`,
        ...this.#events.slice(-keptEvents).map((event) => `    ${event}`),
      ].join("\n"),
    );
    console.log(`  logs ${this.keepLogs?.() ?? ""}`);
    this.note(`VIOLATION ${what}`);
  }
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
