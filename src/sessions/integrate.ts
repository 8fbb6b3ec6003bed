import { randomBytes } from "node:crypto";

import { writeToTty } from "../platform/tty.ts";
import { renderLoader } from "../shell-integration/loader.ts";
import { renderPayload, renewLine } from "../shell-integration/payload.ts";
import { shellOf, type Shell } from "../shell-integration/shell.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import { enterHidden, HiddenExchange, leaveHidden } from "./hidden-exchange.ts";
import { localMarkOsc } from "./local-mark.ts";
import { lookAtPane, type SessionContext } from "./look.ts";
import type { LearnedPrompt } from "./prompt.ts";
import { disconnected } from "./refusals.ts";

/** A shell that carries our marks. */
export type ShellLevel = {
  readonly aid: string;
  readonly shell: Shell;
  readonly bracketed: boolean;
  readonly pid: number;
};

/** What was typed sets the marks up; a shell that has not `answered` in time may do so still. */
export type Marked = { readonly level: ShellLevel; readonly answered: boolean };

/** The link or tmux stood still meanwhile: what waits there may be a shell all the same. */
export type Stalled = "stalled";

const payloadPieceBytes = 512;
const lineFeed = 0x0a;

/**
 * Has the shell that waits at an empty prompt set up our marks, on the alternate screen, so that the terminal looks as
 * before. Undefined when what waits there is no shell that we know. To be called under the input lock.
 */
export async function integrate(
  session: SessionContext,
  prompt: LearnedPrompt,
): Promise<Marked | Stalled | undefined> {
  const startedAtMs = performance.now();
  const { end } = session.log.extent();
  const marked = await inHiding(session, (exchange) => introduce(session, exchange, prompt));
  return marked === undefined && (await stoodStill(session, { end, startedAtMs })) ? "stalled" : marked;
}

/** Whatever takes an Enter begins a new line. */
async function stoodStill(
  session: SessionContext,
  before: { readonly end: number; readonly startedAtMs: number },
): Promise<boolean> {
  await lookAtPane(session);
  const { log, terminal } = session;
  const { bytes } = log.read(before.end, log.extent().end);
  return !bytes.includes(lineFeed) || terminal.silenceFromMs > before.startedAtMs;
}

/**
 * Has the shell that waits behind a prompt set anew take its marks into it. That prompt as it is drawn, undefined when
 * the shell does not answer; its first mark tells the status that was there before. To be called under the input lock.
 */
export async function renewMarks(
  session: SessionContext,
  prompt: LearnedPrompt,
): Promise<string | undefined> {
  const { tmux, record, terminal } = session;
  return inHiding(session, async (exchange) => {
    await pasteText(tmux, record.session_name, renewLine, { bracketed: false });
    await sendKeys(tmux, record.session_name, ["Enter"]);
    const aid = terminal.marks?.aid;
    const prompted = await exchange.mark((mark) =>
      mark.kind === "prompt" && mark.aid === aid ? mark : undefined,
    );
    return prompted === undefined ? undefined : exchange.drawn(prompt.text);
  });
}

/** Undefined, with nothing typed, where the alternate screen cannot be had. */
async function inHiding<T>(
  session: SessionContext,
  act: (exchange: HiddenExchange) => Promise<T | undefined>,
): Promise<T | undefined> {
  const pane = await lookAtPane(session);
  if (pane === undefined || pane.dead || pane.alternateOn || pane.inMode) return undefined;
  const exchange = new HiddenExchange(session, session.terminal.offset);
  const hide = `hide;${session.record.number}`;
  // A host may have left a string unfinished, which would swallow what follows.
  await writeTo(session, pane.tty, `\x18\x1b\\${localMark(hide)}${enterHidden}`);
  try {
    if (!(await exchange.sees(isLocal(hide)))) return undefined;
    return (await lookAtPane(session))?.alternateOn === true ? await act(exchange) : undefined;
  } finally {
    await leave(session, exchange, pane.tty);
  }
}

/**
 * To be called under the input lock: what is still hidden then was left so by a process that died. C-c takes the loader
 * off the line, or ends it where it waits.
 */
export async function endForeignExchange(session: SessionContext): Promise<void> {
  const { terminal, tmux, record } = session;
  await terminal.catchUp();
  const pane = terminal.isHidden ? await lookAtPane(session) : undefined;
  if (pane === undefined) return;
  const exchange = new HiddenExchange(session, terminal.offset);
  if (pane.alternateOn) {
    await sendKeys(tmux, record.session_name, ["C-c"]);
    await exchange.drawn(record.prompt?.text ?? "");
  }
  await leave(session, exchange, pane.tty);
}

async function leave(session: SessionContext, exchange: HiddenExchange, tty: string): Promise<void> {
  const show = `show;${session.record.number}`;
  // A line editor moves from where it believes its prompt to end.
  const { otherPrompt } = exchange;
  const isEdited = session.terminal.bracketedPaste && otherPrompt !== undefined;
  const redrawn = isEdited ? `\r\x1b[K${otherPrompt}` : "";
  await writeTo(session, tty, `${leaveHidden}${redrawn}${localMark(show)}`);
  await exchange.sees(isLocal(show));
  await session.terminal.catchUp();
}

/** A terminal that cannot be written to may be gone with its session. */
async function writeTo(session: SessionContext, tty: string, text: string): Promise<void> {
  try {
    await writeToTty(tty, text);
  } catch (error) {
    const pane = await lookAtPane(session);
    throw pane === undefined || pane.dead ? await disconnected(session) : error;
  }
}

async function introduce(
  session: SessionContext,
  exchange: HiddenExchange,
  prompt: LearnedPrompt,
): Promise<Marked | undefined> {
  const { tmux, record, terminal } = session;
  const { session_name: name } = record;
  const bracketed = terminal.bracketedPaste;
  await pasteText(tmux, name, renderLoader(), { bracketed });
  await sendKeys(tmux, name, ["Enter"]);
  const ready = await exchange.mark((mark) => (mark.kind === "loader-ready" ? mark : undefined));
  if (ready === undefined) return undefined;
  const shell = shellOf(ready.program);
  const aid = randomBytes(16).toString("hex");
  const payload = renderPayload(shell, aid).trimEnd();
  for (let at = 0; at < payload.length; at += payloadPieceBytes) {
    await pasteText(tmux, name, payload.slice(at, at + payloadPieceBytes), { bracketed: false });
  }
  await sendKeys(tmux, name, ["Enter"]);
  if (shell === undefined) return undefined;
  const level = { aid, shell, bracketed, pid: ready.pid };
  terminal.carry(level);
  const prompted = await exchange.mark((mark) =>
    mark.kind === "prompt" && mark.aid === aid ? mark : undefined,
  );
  if (prompted !== undefined) await exchange.drawn(prompt.text);
  return { level, answered: prompted !== undefined };
}

function localMark(payload: string): string {
  return `\x1b]${localMarkOsc};${payload}\x1b\\`;
}

function isLocal(payload: string) {
  return (found: { readonly number: number; readonly payload: string }) =>
    found.number === localMarkOsc && found.payload === payload;
}
