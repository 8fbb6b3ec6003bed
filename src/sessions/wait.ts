import { delay } from "../platform/delay.ts";
import { quietSteps } from "./derive-state.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import type { Oracle } from "./oracle.ts";

/** Why a wait came to its end; `value` is what `decide` found. */
export type WaitEnd<T> =
  | { readonly reason: "decided"; readonly value: T }
  | { readonly reason: "limit" | "cancelled"; readonly last: Look };

const paneIntervalMs = 1_000;
/** Of a flood each look takes in what has gathered meanwhile, which leaves the machine to those who carry it here. */
const floodBytes = 4_096;
const gatherMs = 10;

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
  const startedAtMs = performance.now();
  const signals = [signal, session.tmux.lost];
  let pane = await lookAtPane(session);
  let paneAtMs = performance.now();
  for (;;) {
    session.tmux.lost.throwIfAborted();
    if (performance.now() - paneAtMs >= paneIntervalMs) {
      pane = await lookAtPane(session);
      paneAtMs = performance.now();
    }
    const { offset } = session.terminal;
    const current = await look(session, pane);
    const isFlood = session.terminal.offset - offset >= floodBytes;
    const pending = consult(session, current, startedAtMs);
    const heldMs = (pending?.holdUntilMs ?? 0) - performance.now();
    const value = decide(pending !== undefined && heldMs > 0 ? unsettled(current) : current);
    if (value !== undefined) return { reason: "decided", value };
    if (signal.aborted) return { reason: "cancelled", last: current };
    const leftMs = Math.max(deadlineMs - performance.now(), heldMs);
    if (leftMs <= 0) return { reason: "limit", last: current };
    const restMs = current.question === undefined ? Infinity : session.oracle.restMs || Infinity;
    const nextMs = Math.min(leftMs, heldMs > 0 ? heldMs : Infinity, restMs, untilQuietStep(current.quietMs));
    if (isFlood) {
      await delay(gatherMs, signal);
      session.memory.keep();
    }
    await changes.next(
      Math.min(nextMs, paneIntervalMs),
      pending === undefined ? signals : [...signals, pending.ended],
    );
  }
}

const staleMs = 1_000;

/** Asks the host where only it can tell, once in a wait for the same output; an answer from long before may be outdated. */
function consult(
  { oracle, terminal }: SessionContext,
  { question }: Look,
  startedAtMs: number,
): ReturnType<Oracle["pendingAt"]> {
  const { offset } = terminal;
  oracle.dropUnless(offset);
  if (question === undefined || !oracle.isAvailable) return undefined;
  const answer = oracle.answerAt(offset);
  const isAnswered = answer !== undefined && answer.atMs >= startedAtMs - staleMs;
  if (!isAnswered && (question === "likely" || oracle.restMs === 0)) oracle.ask(offset);
  return oracle.pendingAt(offset);
}

/** What text alone tells of a question is believed only when the host does not answer in time. */
function unsettled(current: Look): Look {
  if (current.question !== "likely") return current;
  const { pane, quietMs, confidence } = current;
  return { pane, quietMs, state: "running", confidence, isDoubtful: true };
}

/** When nothing comes, time alone may change what is derived: at each of these silences. */
function untilQuietStep(quietMs: number): number {
  const step = quietSteps.find((threshold) => threshold > quietMs);
  return step === undefined ? Infinity : Math.ceil(step - quietMs);
}
