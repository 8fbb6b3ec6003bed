import { quietSteps } from "./derive-state.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";

/** Why a wait came to its end; `value` is what `decide` found. */
export type WaitEnd<T> =
  | { readonly reason: "decided"; readonly value: T }
  | { readonly reason: "limit" | "cancelled"; readonly last: Look };

const paneIntervalMs = 1_000;

/**
 * Looks at the session until `decide` gives a value, `deadlineMs` (performance.now) is reached, or `signal` aborts.
 * The first look comes before any waiting; tmux is asked about the pane once a second, since a killed wrapper or
 * recorder leaves no mark in the stream. Throws TMUX_UNAVAILABLE when the tmux server goes away meanwhile.
 */
export async function waitUntil<T>(
  session: SessionContext,
  decide: (look: Look) => T | undefined,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<WaitEnd<T>> {
  using changes = session.logWatch.subscribe(session.logName);
  const signals = [signal, session.tmux.lost];
  let pane = await lookAtPane(session);
  let paneAtMs = performance.now();
  for (;;) {
    session.tmux.lost.throwIfAborted();
    if (performance.now() - paneAtMs >= paneIntervalMs) {
      pane = await lookAtPane(session);
      paneAtMs = performance.now();
    }
    const current = await look(session, pane);
    const value = decide(current);
    if (value !== undefined) return { reason: "decided", value };
    if (signal.aborted) return { reason: "cancelled", last: current };
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return { reason: "limit", last: current };
    await changes.next(Math.min(leftMs, untilQuietStep(current.quietMs), paneIntervalMs), signals);
  }
}

/** When nothing comes, time alone may change what is derived: at each of these silences. */
function untilQuietStep(quietMs: number): number {
  const step = quietSteps.find((threshold) => threshold > quietMs);
  return step === undefined ? Infinity : Math.ceil(step - quietMs);
}
