import { UserError } from "../base/user-error.ts";
import { captureScreen } from "../tmux/screen-capture.ts";
import { settled } from "./command-end.ts";
import { cursorOffset } from "./cursor-offset.ts";
import type { Look, SessionContext } from "./look.ts";
import type { Call, OutputFacts, OutputOutcome, OutputRequest, ScreenFacts } from "./outcome.ts";
import { readScrollback, readSince } from "./read-output.ts";
import { screenText } from "./screen-text.ts";
import { lastSentCommand } from "./sent-command.ts";
import { terminalFacts } from "./terminal-facts.ts";
import { waitUntil } from "./wait.ts";

/** Shows the terminal, after waiting until nothing goes on in it by itself or `waitSeconds` are over. Types nothing. */
export async function viewOutput(
  session: SessionContext,
  request: OutputRequest,
  call: Call,
): Promise<OutputOutcome> {
  const from = fromOffset(session, request);
  const deadlineMs = performance.now() + request.waitSeconds * 1_000;
  const end = await waitUntil(session, settled, deadlineMs, call.signal);
  const current = end.reason === "decided" ? end.value.look : end.last;
  const endedBy = end.reason === "decided" ? end.value.endedBy : "wait_limit";
  const view = chooseView(request, from, current);
  return {
    ...terminalFacts(session, current),
    ...runningCommand(session, current),
    ...(request.waitSeconds === 0 ? {} : { endedBy }),
    waitSeconds: request.waitSeconds,
    view,
    ...(await readView(session, view, from, request.numLines)),
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
  return sent === undefined ? {} : { command: sent.command, commandId: sent.id, durationMs: sent.runningMs };
}

function fromOffset(session: SessionContext, { cursor, view }: OutputRequest): number | undefined {
  if (cursor !== undefined) return cursorOffset(session, cursor);
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
