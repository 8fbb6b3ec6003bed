import { captureScreen } from "../tmux/screen-capture.ts";
import { commandEnd, settledSince, type Ended } from "./command-end.ts";
import { questionQuietMs } from "./derive-state.ts";
import { exitFacts } from "./execute.ts";
import { meetShell } from "./inner-shell.ts";
import { echoEnd } from "./input-echo.ts";
import { parseInput, type Input } from "./input-keys.ts";
import { lineUntil } from "./input-place.ts";
import type { Look, SessionContext } from "./look.ts";
import type { Call, InputOutcome, InputRequest, OutputFacts, ScreenFacts } from "./outcome.ts";
import { matchOrEnd, OutputWatch, readWaitFor, type Watched } from "./output-watch.ts";
import { readCommandOutput, readSince } from "./read-output.ts";
import { noteAsTold } from "./recorded-command.ts";
import { screenText } from "./screen-text.ts";
import { terminalFacts } from "./terminal-facts.ts";
import { typeInput, type TypedInput } from "./type-input.ts";
import { waitUntil, type WaitEnd } from "./wait.ts";
import { withApproval } from "./with-approval.ts";

const quietMs = 200;
/** What comes at once may turn out to be a question only after so much silence beyond the wait asked for. */
const graceMs = 100;

/** Types into what waits for input, and waits until it asks anew, ends, is quiet, or for `waitSeconds`. */
export async function sendInput(
  session: SessionContext,
  request: InputRequest,
  call: Call,
): Promise<InputOutcome> {
  const input = parseInput(request.text, request.keys);
  const pattern = readWaitFor(request.waitFor);
  const typed = await withApproval(session, { waitSeconds: request.waitSeconds, call }, () =>
    session.turns.run(() => typeInput(session, request, input, call)),
  );
  const watch = pattern && new OutputWatch(session, pattern, watched(session, typed, input));
  const decide = (current: Look) => matchOrEnd(watch, current, inputEnd(session, typed, input, current));
  return followInput(session, { typed, input, waitSeconds: request.waitSeconds, decide, watch }, call);
}

type Following = {
  readonly typed: TypedInput;
  readonly input: Input;
  readonly waitSeconds: number;
  readonly decide: (current: Look) => Ended | undefined;
  readonly watch?: OutputWatch | undefined;
};

/** Waits for what comes of input that was typed, and tells it. */
export async function followInput(
  session: SessionContext,
  { typed, input, waitSeconds, decide, watch }: Following,
  call: Call,
): Promise<InputOutcome> {
  const deadlineMs = typed.atMs + waitSeconds * 1_000 + graceMs;
  const end = await waitUntil(session, decide, deadlineMs, call.signal);
  const ended = endFacts(end);
  const view = await readView(session, typed, input, ended);
  const { follows } = typed;
  const met = follows === undefined ? ended : await meetShell(session, ended, follows, call.signal);
  const { look: current, endedBy, told } = met;
  if (endedBy === "command_ended" && follows !== undefined) noteAsTold(session, follows, told);
  return {
    ...terminalFacts(session, current),
    ...commandFacts(typed, endedBy === "command_ended" || current.state !== "idle"),
    ...exitFacts(told),
    ...watch?.facts,
    endedBy,
    waitSeconds,
    submitted: input.enters > 0,
    ...view,
  };
}

/** A line sent at a shell's prompt is a command, whose output its marks tell from its echo. */
function watched(session: SessionContext, { offset, answered, follows }: TypedInput, input: Input): Watched {
  const isCommand = follows !== undefined && answered?.offset === offset;
  return isCommand ? { sent: follows } : { behindEcho: () => echoEnd(session, offset, input) };
}

/** Why nothing more is to be waited for after the input. */
export function inputEnd(
  session: SessionContext,
  { offset, follows }: TypedInput,
  input: Input,
  current: Look,
): Ended | undefined {
  const { terminal } = session;
  const found =
    follows === undefined ? settledSince(session, offset, current) : commandEnd(session, follows, current);
  const end = follows === undefined && found?.endedBy === "command_ended" ? undefined : found;
  const isDrawing = current.state === "fullscreen" || isOldContinuation(session, current, offset);
  if (end !== undefined && !(isDrawing && current.quietMs < quietMs)) return end;
  if (terminal.offset <= offset || current.quietMs < quietMs) return undefined;
  const mayAsk = input.enters > 0 && current.state === "running" && current.quietMs < questionQuietMs;
  if (mayAsk && lineUntil(session, terminal.offset).trim() !== "") return undefined;
  return { look: current, endedBy: "quiet" };
}

/** The shell has not come to read the line yet. */
function isOldContinuation({ terminal }: SessionContext, { awaiting }: Look, offset: number): boolean {
  return awaiting?.kind === "continuation" && (terminal.marks?.since ?? 0) <= offset;
}

function endFacts(end: WaitEnd<Ended>): Ended {
  return end.reason === "decided" ? end.value : { look: end.last, endedBy: "wait_limit" };
}

function commandFacts(
  { answered }: TypedInput,
  isOn: boolean,
): Pick<InputOutcome, "command" | "commandId" | "durationMs"> {
  if (answered === undefined || !isOn) return {};
  const startedAtMs = Date.parse(answered.at);
  return {
    command: answered.command,
    commandId: answered.id,
    durationMs: Math.max(0, Date.now() - startedAtMs),
  };
}

type View = OutputFacts & Pick<InputOutcome, "view"> & { readonly screen?: ScreenFacts };

async function readView(
  session: SessionContext,
  { offset, answered }: TypedInput,
  input: Input,
  { look, endedBy, told }: Ended,
): Promise<View> {
  if (endedBy === "command_ended" && answered !== undefined)
    return { view: "command", ...(await readCommandOutput(session, answered.offset, look, told)) };
  if (look.state === "fullscreen") {
    const screen = await captureScreen(session.tmux, session.record.session_name);
    if (screen !== undefined) return { view: "screen", ...screenText(screen) };
  }
  return { view: "new", ...withoutEcho(await readSince(session, offset), input) };
}

/** The terminal shows what was typed before what the program makes of it. */
function withoutEcho(facts: OutputFacts, { steps }: Input): OutputFacts {
  const echo = steps
    .map((step) => (step.kind === "text" ? step.text : step.key === "Enter" ? "\n" : ""))
    .join("");
  const first = facts.head?.output ?? facts.output;
  if (echo.trim() === "" || !first.startsWith(echo)) return facts;
  const output = first.slice(echo.length);
  const totalLines = facts.totalLines - (echo.split("\n").length - 1);
  if (facts.head !== undefined) return { ...facts, head: { ...facts.head, output }, totalLines };
  return { ...facts, output, totalLines: output === "" ? 0 : totalLines };
}
