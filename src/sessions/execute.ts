import { captureScreen } from "../tmux/screen-capture.ts";
import { commandEnd, type Ended } from "./command-end.ts";
import { prepareCommand } from "./command-text.ts";
import { editedLine } from "./edited-line.ts";
import { meetShell } from "./inner-shell.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import type { EndedCommand } from "./mark-track.ts";
import type { Call, CommandOutcome, EndedBy, ExecuteRequest, OutputFacts } from "./outcome.ts";
import { matchOrEnd, OutputWatch, readWaitFor } from "./output-watch.ts";
import { readCommandOutput } from "./read-output.ts";
import { noteAsTold } from "./recorded-command.ts";
import { screenText } from "./screen-text.ts";
import { toldEnd } from "./sent-command.ts";
import { terminalFacts } from "./terminal-facts.ts";
import { typeCommand, type TypedCommand } from "./type-command.ts";
import { waitUntil } from "./wait.ts";
import { withApproval } from "./with-approval.ts";

/** A command that ends within this time is returned whole by a call that does not wait. */
const graceMs = 250;

/** Types a command at the prompt and waits for its end, for what it asks, or for `waitSeconds`. */
export async function executeCommand(
  session: SessionContext,
  request: ExecuteRequest,
  call: Call,
): Promise<CommandOutcome> {
  const { command, waitSeconds, expect = {} } = request;
  const text = prepareCommand(command);
  const pattern = readWaitFor(request.waitFor);
  const work = async () => {
    const startedAtMs = performance.now();
    return { startedAtMs, typed: await typeCommand(session, text, expect, call) };
  };
  const { typed, startedAtMs } = await withApproval(session, { waitSeconds, call }, () =>
    session.turns.run(work),
  );
  const base = {
    command: typed.edited === undefined ? command : typed.command,
    commandId: typed.id,
    waitSeconds,
    ...(typed.edited === undefined ? {} : { editedByHuman: true }),
  };
  if (!typed.echoed) return { ...base, ...(await nothingAppeared(session)) };
  const watch = pattern && new OutputWatch(session, pattern, { sent: typed });
  const deadlineMs = Math.max(startedAtMs + graceMs, typed.atMs + waitSeconds * 1_000);
  const end = await waitUntil(
    session,
    (current) => matchOrEnd(watch, current, commandEnd(session, typed, current)),
    deadlineMs,
    call.signal,
  );
  const ended = end.reason === "decided" ? end.value : notEnded(session, typed, end.last, waitSeconds);
  const edited = editedLine(session, typed, ended.look);
  if (edited !== undefined) correctRecord(session, typed, edited);
  const shown = await readOutput(session, typed, ended);
  const met = end.reason === "decided" ? await meetShell(session, end.value, typed, call.signal) : ended;
  if (met.endedBy === "command_ended") noteAsTold(session, typed, met.told);
  const output = met.told === ended.told ? shown : await readOutput(session, typed, met);
  return {
    ...terminalFacts(session, met.look),
    ...base,
    ...(edited === undefined ? {} : { command: edited, editedByHuman: true }),
    ...endFacts(met.endedBy, met.told),
    ...watch?.facts,
    durationMs: Math.round(performance.now() - typed.atMs),
    ...output,
  };
}

/** The prompt behind a command whose end was told may still be missing. */
function notEnded(
  session: SessionContext,
  typed: TypedCommand,
  look: Look,
  waitSeconds: number,
): Partial<Ended> & Pick<Ended, "look"> {
  const told = toldEnd(session, typed);
  if (told !== undefined) return { look, endedBy: "command_ended", told };
  return { look, ...(waitSeconds > 0 ? { endedBy: "wait_limit" } : {}) };
}

/** What is recorded of a command is what ran. */
function correctRecord({ ledger }: SessionContext, { id }: TypedCommand, command: string): void {
  const sent = ledger.find((record) => record.step === "sent" && record.id === id);
  if (sent !== undefined) ledger.append({ ...sent, command });
}

async function nothingAppeared(session: SessionContext): Promise<Omit<CommandOutcome, "waitSeconds">> {
  session.link.noteSilence(session.terminal.offset);
  const facts = terminalFacts(session, await look(session, await lookAtPane(session)));
  return { ...facts, state: "unknown", endedBy: "no_echo", output: "", totalLines: 0 };
}

/** The screen of a full-screen program, else what the command printed. */
async function readOutput(
  session: SessionContext,
  { offset }: TypedCommand,
  { look, told }: Pick<Ended, "look" | "told">,
): Promise<OutputFacts> {
  const screen =
    look.state === "fullscreen" ? await captureScreen(session.tmux, session.record.session_name) : undefined;
  return screen === undefined ? readCommandOutput(session, offset, look, told) : screenText(screen);
}

/** An end that the shell did not tell is only as sure as its prompt. */
export function endFacts(
  endedBy: EndedBy | undefined,
  told: EndedCommand | undefined,
): Partial<Pick<CommandOutcome, "endedBy" | "exitCode" | "confidence">> {
  if (endedBy === undefined) return {};
  return endedBy === "command_ended" && told === undefined
    ? { endedBy, confidence: "prompt" }
    : { endedBy, ...exitFacts(told) };
}

/** What the shell did not run has no exit code of its own. */
export function exitFacts(
  told: EndedCommand | undefined,
): Pick<CommandOutcome, "exitCode" | "confidence"> | undefined {
  if (told === undefined) return undefined;
  return { confidence: "exact", ...(told.ran === false ? {} : { exitCode: told.status }) };
}
