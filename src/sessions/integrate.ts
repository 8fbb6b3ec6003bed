import { randomBytes } from "node:crypto";

import { writeToTty } from "../platform/tty.ts";
import { LineRenderer } from "../screen/line-renderer.ts";
import { initialStreamState, scanStream } from "../screen/stream-parser.ts";
import { renderLoader } from "../shell-integration/loader.ts";
import { markNumber, parseMark, type Mark } from "../shell-integration/mark.ts";
import { renderPayload } from "../shell-integration/payload.ts";
import { shellOf, type Shell } from "../shell-integration/shell.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import { lookAtPane, type SessionContext } from "./look.ts";
import type { LearnedPrompt } from "./prompt.ts";
import { localMarkOsc } from "./terminal.ts";

/** A shell that carries our marks. */
export type ShellLevel = { readonly aid: string; readonly shell: Shell; readonly bracketed: boolean };

const stepTimeoutMs = 2_000;
const tickMs = 20;
const payloadPieceBytes = 512;
const enterHidden = "\x1b[?2026h\x1b[?1049h";
/** A prompt that differs from the one before is taken as drawn when nothing more of it comes. */
const otherPromptQuietMs = 60;

/**
 * Has the shell that waits at an empty prompt set up our marks, on the alternate screen, so that the terminal looks as
 * before. Undefined when what waits there is no shell that we know, or did not answer. To be called under the input lock.
 */
export async function integrate(
  session: SessionContext,
  prompt: LearnedPrompt,
): Promise<ShellLevel | undefined> {
  const pane = await lookAtPane(session);
  if (pane === undefined || pane.dead || pane.alternateOn || pane.inMode) return undefined;
  const exchange = new Exchange(session, session.terminal.offset);
  const hide = `hide;${session.record.number}`;
  // A host may have left a string unfinished, which would swallow what follows.
  writeToTty(pane.tty, `\x18\x1b\\${localMark(hide)}${enterHidden}`);
  try {
    return (await exchange.sees(isLocal(hide))) ? await introduce(session, exchange, prompt) : undefined;
  } finally {
    await leaveHidden(session, exchange, pane.tty);
  }
}

/** To be called under the input lock: what is still hidden then was left so by a process that died. */
export async function endForeignExchange(session: SessionContext): Promise<void> {
  const pane = session.terminal.isHidden ? await lookAtPane(session) : undefined;
  if (pane !== undefined)
    await leaveHidden(session, new Exchange(session, session.terminal.offset), pane.tty);
}

async function leaveHidden(session: SessionContext, exchange: Exchange, tty: string): Promise<void> {
  const show = `show;${session.record.number}`;
  writeToTty(tty, `\x1b[?1049l\x1b[?2026l${localMark(show)}`);
  await exchange.sees(isLocal(show));
  await session.terminal.catchUp();
}

async function introduce(
  session: SessionContext,
  exchange: Exchange,
  prompt: LearnedPrompt,
): Promise<ShellLevel | undefined> {
  const { tmux, record, terminal } = session;
  if ((await lookAtPane(session))?.alternateOn !== true) return undefined;
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
  terminal.carry(aid, bracketed);
  const prompted = await exchange.mark((mark) =>
    mark.kind === "prompt" && mark.aid === aid ? mark : undefined,
  );
  if (prompted === undefined) return undefined;
  await exchange.drawn(prompt.text);
  return { aid, shell, bracketed };
}

function localMark(payload: string): string {
  return `\x1b]${localMarkOsc};${payload}\x1b\\`;
}

function isLocal(payload: string) {
  return (found: { readonly number: number; readonly payload: string }) =>
    found.number === localMarkOsc && found.payload === payload;
}

type Osc = { readonly number: number; readonly payload: string };

/** Reads what the terminal shows from one place on, strictly in order. */
class Exchange {
  readonly #session: SessionContext;
  #state;
  #found: Osc[] = [];
  readonly #from: number;
  #changedAtMs = performance.now();

  constructor(session: SessionContext, from: number) {
    this.#session = session;
    this.#from = from;
    this.#state = initialStreamState(from);
  }

  /** The first mark that `choose` takes, or undefined after the time limit; what comes before it is passed over. */
  async mark<T>(choose: (mark: Mark) => T | undefined): Promise<T | undefined> {
    return this.#next(({ number, payload }) => {
      const mark = number === markNumber ? parseMark(payload) : undefined;
      return mark === undefined ? undefined : choose(mark);
    });
  }

  async sees(wanted: (osc: Osc) => boolean): Promise<boolean> {
    return (await this.#next((osc) => (wanted(osc) ? true : undefined))) === true;
  }

  /** Resolves when the prompt stands on the hidden screen, so that its last character is not seen on the other one. */
  async drawn(prompt: string): Promise<void> {
    await this.#until(() => {
      const shown = this.#hiddenLine();
      const isQuiet = performance.now() - this.#changedAtMs >= otherPromptQuietMs;
      return shown.endsWith(prompt) || (shown.trim() !== "" && isQuiet) ? true : undefined;
    });
  }

  async #next<T>(choose: (osc: Osc) => T | undefined): Promise<T | undefined> {
    return this.#until(() => {
      for (let osc = this.#found.shift(); osc !== undefined; osc = this.#found.shift()) {
        const chosen = choose(osc);
        if (chosen !== undefined) return chosen;
      }
      return undefined;
    });
  }

  async #until<T>(decide: () => T | undefined): Promise<T | undefined> {
    const { logWatch, logName, tmux } = this.#session;
    using changes = logWatch.subscribe(logName);
    const deadlineMs = performance.now() + stepTimeoutMs;
    for (;;) {
      this.#readOn();
      const decided = decide();
      if (decided !== undefined) return decided;
      if (performance.now() >= deadlineMs || tmux.lost.aborted) return undefined;
      await changes.next(tickMs, [tmux.lost]);
    }
  }

  /** What stands left of the cursor on the hidden screen. */
  #hiddenLine(): string {
    const { log, record } = this.#session;
    const { bytes } = log.read(this.#from, this.#state.offset);
    const hiddenAt = Buffer.from(bytes).indexOf(enterHidden);
    const renderer = new LineRenderer({ cols: record.cols, rows: record.rows, maxLines: 10 });
    renderer.write(bytes.subarray(hiddenAt + enterHidden.length));
    return renderer.read().cursor.before;
  }

  #readOn(): void {
    const { log } = this.#session;
    const { bytes } = log.read(this.#state.offset, log.extent().end);
    if (bytes.length > 0) this.#changedAtMs = performance.now();
    const { state, events } = scanStream(this.#state, bytes, new Set([localMarkOsc, markNumber]));
    this.#state = state;
    this.#found.push(...events.filter((event) => event.kind === "osc"));
  }
}
