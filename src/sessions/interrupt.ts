import { recordAct } from "../policy/gatehouse.ts";
import { sendKeys } from "../tmux/input.ts";
import { settled, settledSince, type Ended } from "./command-end.ts";
import { exitFacts } from "./execute.ts";
import { aboutCall } from "./gate.ts";
import { lockInput } from "./lock-input.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import type { Call, InterruptOutcome, InterruptRequest } from "./outcome.ts";
import { assertUpToDate } from "./outdated-session.ts";
import { readCommandOutput } from "./read-output.ts";
import { noteLastEnd } from "./recorded-command.ts";
import { disconnected, notTyped } from "./refusals.ts";
import { lastSentCommand, runningMs, toldEnd, type SentCommand } from "./sent-command.ts";
import { terminalFacts } from "./terminal-facts.ts";
import { waitUntil } from "./wait.ts";

/** What asked when C-c was pressed still seems to, until the shell has had its say. */
const goneQuietMs = 300;

/** Presses C-c and waits for the prompt; at an idle prompt nothing is pressed. */
export async function interruptCommand(
  session: SessionContext,
  { waitSeconds }: InterruptRequest,
  call: Call,
): Promise<InterruptOutcome> {
  const pressedAt = await session.turns.run(() => pressInterrupt(session, call));
  const sent = lastSentCommand(session);
  const deadlineMs = performance.now() + waitSeconds * 1_000;
  const decide = (current: Look) =>
    pressedAt === undefined ? settled(current) : afterInterrupt(session, pressedAt, sent, current);
  const end = await waitUntil(session, decide, deadlineMs, call.signal);
  const current = end.reason === "decided" ? end.value.look : end.last;
  const told = end.reason === "decided" ? end.value.told : undefined;
  if (current.state === "idle") noteLastEnd(session);
  const base = { ...terminalFacts(session, current), waitSeconds };
  if (pressedAt === undefined) return { ...base, interrupted: false, output: "", totalLines: 0 };
  return {
    ...base,
    ...(sent === undefined ? {} : { command: sent.command, commandId: sent.id, durationMs: runningMs(sent) }),
    endedBy: end.reason === "decided" ? end.value.endedBy : "wait_limit",
    interrupted: current.state === "idle",
    ...exitFacts(told),
    ...(await readCommandOutput(session, sent?.offset ?? pressedAt, current, told)),
  };
}

/** A full-screen program may take its time to leave. */
function afterInterrupt(
  session: SessionContext,
  pressedAt: number,
  sent: SentCommand | undefined,
  current: Look,
): Ended | undefined {
  const told = sent === undefined ? undefined : toldEnd(session, sent);
  if (told !== undefined && told.outputEnd >= pressedAt && current.state === "idle") {
    return { look: current, endedBy: "command_ended", told };
  }
  if (current.state === "awaiting_input" && current.quietMs < goneQuietMs) return undefined;
  return current.state === "fullscreen" ? undefined : settledSince(session, pressedAt, current);
}

/** Where in the log C-c was pressed, or undefined at an idle prompt. */
async function pressInterrupt(session: SessionContext, call: Call): Promise<number | undefined> {
  await using _ = await lockInput(session, call.signal);
  assertUpToDate(session);
  const current = await look(session, await lookAtPane(session));
  if (current.state === "disconnected") throw await disconnected(session);
  if (current.state === "idle") return undefined;
  call.signal.throwIfAborted();
  session.gatehouse.pause.assertOff();
  // What fills the disk may be what is to be ended, so this is pressed whether it can be recorded or not.
  const { offset } = session.terminal;
  const about = { ...aboutCall(session, call), id: lastSentCommand(session)?.id, from: offset };
  await recordAct(session.gatehouse, { act: "interrupt", ...about }).catch(() => undefined);
  const pressed = await sendKeys(session.tmux, session.record.session_name, ["C-c"]);
  if (pressed !== "typed") throw await notTyped(session, pressed);
  return offset;
}
