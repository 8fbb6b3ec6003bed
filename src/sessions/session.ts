import { UserError } from "../base/user-error.ts";
import { parseCursor, renderCursor } from "../base/cursor.ts";
import { sendKeys } from "../tmux/input.ts";
import { captureScreen, type ScreenCapture } from "../tmux/screen-capture.ts";
import { prepareCommand } from "./command-text.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import { matchPrompt } from "./prompt.ts";
import type {
  Call,
  CommandOutcome,
  EndedBy,
  ExecuteRequest,
  InterruptOutcome,
  OutputFacts,
  OutputOutcome,
  OutputRequest,
  ScreenFacts,
  SessionHandle,
  TerminalFacts,
} from "./outcome.ts";
import { outputStart, readRange, readScrollback } from "./read-output.ts";
import { disconnected } from "./refusals.ts";
import { lastSentCommand } from "./sent-command.ts";
import { lockInput, typeCommand, type TypedCommand } from "./type-command.ts";
import { waitUntil } from "./wait.ts";

/** A command that ends within this time is returned whole by a call that does not wait. */
const graceMs = 250;
const unknownQuietMs = 1_000;
const tailLines = 50;

/** The facts that every outcome carries. */
export function terminalFacts(session: SessionContext, current: Look): TerminalFacts {
  const { session_name, connection_config, incarnation } = session.record;
  return {
    sessionName: session_name,
    connectionConfig: connection_config,
    state: current.state,
    confidence: current.confidence,
    link: "ok",
    cursor: renderCursor({ incarnation, offset: session.terminal.offset }),
    ...(current.awaiting === undefined ? {} : { awaiting: current.awaiting }),
    ...(current.state === "unknown" ? { quietMs: Math.round(current.quietMs) } : {}),
  };
}

/** What agents do with one open session. */
export class Session implements SessionHandle {
  readonly context: SessionContext;

  constructor(context: SessionContext) {
    this.context = context;
  }

  get name(): string {
    return this.context.record.session_name;
  }

  async execute(request: ExecuteRequest, call: Call): Promise<CommandOutcome> {
    const { context } = this;
    if (request.expect !== undefined) throw expectationUnknown(this.name);
    const text = prepareCommand(request.command);
    const startedAtMs = performance.now();
    const typed = await context.turns.run(() => typeCommand(context, text, call));
    const base = { command: request.command, commandId: typed.id, waitSeconds: request.waitSeconds };
    if (!typed.echoed) {
      const facts = { ...terminalFacts(context, await this.#look()), state: "unknown" as const };
      return { ...facts, ...base, endedBy: "no_echo", output: "", totalLines: 0 };
    }
    const deadlineMs = performance.now() + Math.max(graceMs, request.waitSeconds * 1_000);
    const end = await waitUntil(context, (current) => commandEnd(context, typed, current), deadlineMs, call.signal);
    const current = end.reason === "decided" ? end.value.look : end.last;
    const endedBy = end.reason === "decided" ? end.value.endedBy : request.waitSeconds > 0 ? "wait_limit" : undefined;
    return {
      ...terminalFacts(context, current),
      ...base,
      ...(endedBy === undefined ? {} : { endedBy }),
      durationMs: Math.round(performance.now() - startedAtMs),
      ...commandOutput(context, typed.offset, current),
    };
  }

  async output(request: OutputRequest, call: Call): Promise<OutputOutcome> {
    const { context } = this;
    const sent = lastSentCommand(context);
    const from = this.#cursorOffset(request);
    const deadlineMs = performance.now() + request.waitSeconds * 1_000;
    const end = await waitUntil(context, (current) => settled(current), deadlineMs, call.signal);
    const current = end.reason === "decided" ? end.value.look : end.last;
    const endedBy = request.waitSeconds === 0 ? undefined : end.reason === "decided" ? end.value.endedBy : "wait_limit";
    const view = request.view !== "auto" ? request.view : from !== undefined ? "new" : current.state === "fullscreen" ? "screen" : "scrollback";
    const running = current.state !== "idle" && current.state !== "disconnected" ? sent : undefined;
    return {
      ...terminalFacts(context, current),
      ...(running === undefined ? {} : { command: running.command, commandId: running.id, durationMs: running.runningMs }),
      ...(endedBy === undefined ? {} : { endedBy }),
      waitSeconds: request.waitSeconds,
      view,
      ...(await this.#view(view, from, request.numLines)),
    };
  }

  async interrupt({ waitSeconds }: { readonly waitSeconds: number }, call: Call): Promise<InterruptOutcome> {
    const { context } = this;
    const sent = lastSentCommand(context);
    const pressedAt = await context.turns.run(() => this.#pressInterrupt(call));
    const deadlineMs = performance.now() + waitSeconds * 1_000;
    const end = await waitUntil(
      context,
      (current) => (pressedAt === undefined ? { look: current, endedBy: undefined } : endSince(context, pressedAt, current)),
      deadlineMs,
      call.signal,
    );
    const current = end.reason === "decided" ? end.value.look : end.last;
    const endedBy = end.reason === "decided" ? end.value.endedBy : "wait_limit";
    const command = pressedAt === undefined || sent === undefined ? {} : { command: sent.command, commandId: sent.id, durationMs: sent.runningMs };
    const output = pressedAt === undefined ? { output: "", totalLines: 0 } : commandOutput(context, sent?.offset ?? pressedAt, current);
    return {
      ...terminalFacts(context, current),
      ...command,
      ...(endedBy === undefined ? {} : { endedBy }),
      waitSeconds,
      interrupted: pressedAt !== undefined && current.state === "idle",
      ...output,
    };
  }

  /** Where in the log C-c was pressed, or undefined at an idle prompt, where nothing is. */
  async #pressInterrupt(call: Call): Promise<number | undefined> {
    const { context } = this;
    await using _ = await lockInput(context, call.signal);
    const current = await this.#look();
    if (current.state === "disconnected") throw await disconnected(context);
    if (current.state === "idle" && (current.typed ?? "").trim() === "") return undefined;
    const offset = context.terminal.offset;
    await sendKeys(context.tmux, this.name, ["C-c"]);
    return offset;
  }

  async #look(): Promise<Look> {
    return look(this.context, await lookAtPane(this.context));
  }

  #cursorOffset({ cursor, view }: OutputRequest): number | undefined {
    if (cursor === undefined) {
      if (view === "new") throw new UserError("INVALID_ARGUMENT", "view new needs a cursor", "Pass the cursor of an earlier result.");
      return undefined;
    }
    const parsed = parseCursor(cursor);
    const { incarnation } = this.context.record;
    if (parsed === undefined || parsed.incarnation !== incarnation || parsed.offset > this.context.log.extent().end) {
      throw new UserError(
        "CURSOR_INVALID",
        `the cursor is not a place in the output of ${this.name} as it is open now`,
        "Call get_terminal_output without a cursor, then go on from the one it returns.",
      );
    }
    return parsed.offset;
  }

  async #view(view: OutputOutcome["view"], from: number | undefined, numLines: number): Promise<OutputFacts & { screen?: ScreenFacts }> {
    const { context } = this;
    if (view === "new" && from !== undefined) return readRange(context, from, context.terminal.offset);
    if (view !== "screen") return readScrollback(context, numLines);
    const screen = await captureScreen(context.tmux, this.name);
    return screen === undefined ? readScrollback(context, context.record.rows) : screenView(screen);
  }
}

type Ended = { readonly look: Look; readonly endedBy: EndedBy | undefined };

/** The states in which nothing goes on by itself. */
function settled(current: Look): Ended | undefined {
  switch (current.state) {
    case "idle":
      return { look: current, endedBy: "command_ended" };
    case "awaiting_input":
      return { look: current, endedBy: "input_wanted" };
    case "fullscreen":
      return { look: current, endedBy: "fullscreen" };
    case "disconnected":
      return { look: current, endedBy: "disconnected" };
    case "unknown":
      return current.quietMs >= unknownQuietMs ? { look: current, endedBy: "quiet" } : undefined;
    case "running":
      return undefined;
  }
}

/** As `settled`, for what was typed at log offset `offset`: the prompt that stood there before does not count. */
function endSince(session: SessionContext, offset: number, current: Look): Ended | undefined {
  if (session.terminal.offset <= offset && current.state !== "disconnected") return undefined;
  if (current.state === "idle" && (current.promptStart ?? 0) < offset) return undefined;
  return settled(current);
}

function commandEnd(session: SessionContext, typed: TypedCommand, current: Look): Ended | undefined {
  const end = endSince(session, typed.offset, current);
  if (end === undefined || end.endedBy !== "command_ended") return end;
  const before = typed.prompt === undefined ? undefined : { text: typed.prompt, bracketed: session.terminal.bracketedPaste };
  const samePrompt = before === undefined || matchPrompt(before, current.prompt ?? "") !== undefined;
  return samePrompt ? end : { ...end, endedBy: "nested_prompt" };
}

function commandOutput(session: SessionContext, offset: number, current: Look): OutputFacts {
  const start = outputStart(session, offset);
  const atPrompt = current.state === "idle" || current.state === "disconnected";
  const end = atPrompt ? session.terminal.outputEnd : session.terminal.offset;
  const facts = readRange(session, start, Math.max(start, end));
  if (atPrompt) return facts;
  return { ...facts, output: facts.output.split("\n").slice(-tailLines).join("\n") };
}

function screenView(screen: ScreenCapture): OutputFacts & { screen: ScreenFacts } {
  const { lines, ...facts } = screen;
  const shown = lines.slice(0, lines.findLastIndex((line) => line.trim() !== "") + 1);
  return { output: shown.join("\n"), totalLines: shown.length, screen: facts };
}

function expectationUnknown(sessionName: string): UserError {
  return new UserError(
    "EXPECTATION_FAILED",
    `the shell of ${sessionName} does not report its user, host and folder; nothing was typed`,
    "Leave out expect, or ask the shell itself first, for example with: id -un; hostname; pwd",
  );
}
