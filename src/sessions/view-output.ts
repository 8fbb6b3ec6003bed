import { UserError } from "../base/user-error.ts";
import { captureScreen } from "../tmux/screen-capture.ts";
import { settled } from "./command-end.ts";
import { cursorPlace } from "./cursor-place.ts";
import { exitFacts } from "./execute.ts";
import type { Look, SessionContext } from "./look.ts";
import type { Call, OutputFacts, OutputOutcome, OutputRequest, ScreenFacts } from "./outcome.ts";
import { matchOrEnd, OutputWatch, readWaitFor, type Watched } from "./output-watch.ts";
import { readScrollback, readSince } from "./read-output.ts";
import { noteEnd } from "./recorded-command.ts";
import { screenText } from "./screen-text.ts";
import { lastSentCommand, runningMs, toldEnd, type SentCommand } from "./sent-command.ts";
import { terminalFacts } from "./terminal-facts.ts";
import { viewCommand } from "./view-command.ts";
import { waitUntil } from "./wait.ts";

/** Shows the terminal, after waiting until nothing goes on in it by itself or `waitSeconds` are over. Types nothing. */
export async function viewOutput(
  session: SessionContext,
  request: OutputRequest,
  call: Call,
): Promise<OutputOutcome> {
  if (request.commandId !== undefined || request.view === "command")
    return viewCommand(session, request, call);
  const pattern = readWaitFor(request.waitFor);
  const from = cursorOffset(session, request);
  await session.terminal.catchUp();
  const sent = lastSentCommand(session);
  const endedBefore = sent !== undefined && toldEnd(session, sent) !== undefined;
  const watch = pattern && new OutputWatch(session, pattern, watched(session, from, sent));
  const deadlineMs = performance.now() + request.waitSeconds * 1_000;
  const end = await waitUntil(
    session,
    (look) => matchOrEnd(watch, look, settled(look)),
    deadlineMs,
    call.signal,
  );
  const current = end.reason === "decided" ? end.value.look : end.last;
  const endedBy = end.reason === "decided" ? end.value.endedBy : "wait_limit";
  const view = chooseView(request, from, current);
  return {
    ...terminalFacts(session, current),
    ...runningCommand(session, current),
    ...endedCommand(session, sent, endedBefore, from),
    ...watch?.facts,
    ...(request.waitSeconds === 0 ? {} : { endedBy }),
    waitSeconds: request.waitSeconds,
    view,
    ...(await readView(session, view, from, request.numLines)),
  };
}

function watched(session: SessionContext, from: number | undefined, sent: SentCommand | undefined): Watched {
  if (from !== undefined) return { from };
  return sent === undefined ? { from: session.terminal.offset } : { sent };
}

/** The last command where it ended only now, or behind the cursor. */
function endedCommand(
  session: SessionContext,
  sent: SentCommand | undefined,
  endedBefore: boolean,
  from: number | undefined,
): Partial<OutputOutcome> {
  const told = sent && toldEnd(session, sent);
  if (sent === undefined || told === undefined) return {};
  noteEnd(session, sent, told);
  if (endedBefore && (from === undefined || from > told.outputEnd)) return {};
  const { command, id: commandId } = sent;
  return {
    command,
    commandId,
    ...(endedBefore ? {} : { durationMs: runningMs(sent) }),
    ...exitFacts(told),
  };
}

function chooseView(
  { view }: OutputRequest,
  from: number | undefined,
  { state }: Look,
): OutputOutcome["view"] {
  if (view !== "auto") return view;
  if (from !== undefined) return "new";
  return state === "fullscreen" ? "screen" : "scrollback";
}

function runningCommand(
  session: SessionContext,
  { state }: Look,
): Pick<OutputOutcome, "command" | "commandId" | "durationMs"> {
  const sent = state === "idle" || state === "disconnected" ? undefined : lastSentCommand(session);
  return sent === undefined ? {} : { command: sent.command, commandId: sent.id, durationMs: runningMs(sent) };
}

function cursorOffset(session: SessionContext, { cursor, view }: OutputRequest): number | undefined {
  if (cursor !== undefined) return cursorPlace(session, cursor);
  if (view !== "new") return undefined;
  throw new UserError("INVALID_ARGUMENT", "view new needs a cursor", "Pass the cursor of an earlier result.");
}

async function readView(
  session: SessionContext,
  view: OutputOutcome["view"],
  from: number | undefined,
  numLines: number,
): Promise<OutputFacts & { screen?: ScreenFacts }> {
  if (view === "new" && from !== undefined) return readSince(session, from);
  if (view !== "screen") return readScrollback(session, numLines);
  const screen = await captureScreen(session.tmux, session.record.session_name);
  return screen === undefined ? readScrollback(session, session.record.rows) : screenText(screen);
}
