import { UserError } from "../base/user-error.ts";
import type { EndedRecord } from "../state/ledger.ts";
import { commandEnd, type Ended } from "./command-end.ts";
import { exitFacts } from "./execute.ts";
import type { Look, SessionContext } from "./look.ts";
import type { EndedCommand } from "./mark-track.ts";
import type { Call, OutputFacts, OutputOutcome, OutputRequest } from "./outcome.ts";
import { matchOrEnd, OutputWatch, readWaitFor } from "./output-watch.ts";
import { readCommandOutput, readRange } from "./read-output.ts";
import {
  findCommand,
  findLastCommand,
  noteAsTold,
  outputRange,
  type RecordedCommand,
} from "./recorded-command.ts";
import { isOfEpoch, lastSentCommand, type SentCommand } from "./sent-command.ts";
import { terminalFacts } from "./terminal-facts.ts";
import { waitUntil } from "./wait.ts";

/** The output of one command of ours, by default the last, after waiting for its end where it still runs. */
export async function viewCommand(
  session: SessionContext,
  { commandId, waitSeconds, waitFor }: OutputRequest,
  call: Call,
): Promise<OutputOutcome> {
  const pattern = readWaitFor(waitFor);
  await session.terminal.catchUp();
  const found = commandId === undefined ? findLastCommand(session) : findCommand(session, commandId);
  if (found === undefined) throw noCommandYet(session);
  const running = found.end === undefined ? runningCommand(session, found) : undefined;
  const watched = running === undefined ? rangeWatched(session, found) : { sent: running };
  const watch = pattern && new OutputWatch(session, pattern, watched);
  const decide = (current: Look): Ended | undefined =>
    matchOrEnd(
      watch,
      current,
      running === undefined
        ? { look: current, endedBy: wasCut(session, found) ? "disconnected" : "command_ended" }
        : commandEnd(session, asTyped(running), current),
    );
  const deadlineMs = performance.now() + waitSeconds * 1_000;
  const end = await waitUntil(session, decide, deadlineMs, call.signal);
  const current = end.reason === "decided" ? end.value.look : end.last;
  const known = found.end === undefined ? findCommand(session, found.sent.id) : found;
  const atLimit = known.end === undefined ? "wait_limit" : "command_ended";
  const endedBy = end.reason === "decided" ? end.value.endedBy : atLimit;
  const told = known.end && asTold(known.end);
  if (running !== undefined && endedBy === "command_ended" && known.end === undefined)
    noteAsTold(session, running, told);
  return {
    ...terminalFacts(session, current),
    command: known.sent.command,
    commandId: known.sent.id,
    ...(waitSeconds === 0 && endedBy === "wait_limit" ? {} : { endedBy }),
    ...exitFacts(told),
    ...durationFacts(known),
    ...watch?.facts,
    waitSeconds,
    view: "command",
    ...(await readOutput(session, known, current, told)),
  };
}

function noCommandYet({ record }: SessionContext): UserError {
  return new UserError(
    "COMMAND_NOT_FOUND",
    `no command was sent in ${record.session_name} yet`,
    "Leave view out for the last lines.",
  );
}

function runningCommand(session: SessionContext, { sent }: RecordedCommand): SentCommand | undefined {
  const last = lastSentCommand(session);
  return last?.id === sent.id ? last : undefined;
}

/** Its shell went away with ssh before it told an end. */
function wasCut(session: SessionContext, { sent, end }: RecordedCommand): boolean {
  return end === undefined ? !isOfEpoch(session, sent) : end.cut === true;
}

function rangeWatched(session: SessionContext, found: RecordedCommand) {
  const { start, end } = outputRange(session, found);
  return { from: start, to: end };
}

function asTyped({ id, command, offset, aid, counter }: SentCommand) {
  return { id, command, offset, aid, counter, atMs: 0, echoed: true, prompt: undefined, prompts: [] };
}

/** Undefined where the shell told nothing. */
function asTold({ exit, ran, start, end }: EndedRecord): EndedCommand | undefined {
  if (exit === undefined && ran !== false) return undefined;
  return { counter: 0, status: exit ?? 0, ran, outputStart: start, outputEnd: end };
}

function durationFacts({ sent, end }: RecordedCommand): Pick<OutputOutcome, "durationMs"> {
  const until = end === undefined ? Date.now() : Date.parse(end.at);
  return { durationMs: Math.max(0, until - Date.parse(sent.at)) };
}

async function readOutput(
  session: SessionContext,
  found: RecordedCommand,
  current: Look,
  told: EndedCommand | undefined,
): Promise<OutputFacts> {
  const isLast = found.end === undefined && runningCommand(session, found) !== undefined;
  if (told !== undefined || isLast) return readCommandOutput(session, found.sent.offset, current, told);
  const { start, end } = outputRange(session, found);
  return readRange(session, start, end);
}
