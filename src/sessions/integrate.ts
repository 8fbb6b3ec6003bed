import { randomBytes } from "node:crypto";

import { writeToTty } from "../platform/tty.ts";
import { initialStreamState, scanStream } from "../screen/stream-parser.ts";
import { renderLoader } from "../shell-integration/loader.ts";
import { markNumber, parseMark, type Mark } from "../shell-integration/mark.ts";
import { renderPayload } from "../shell-integration/payload.ts";
import { shellOf, type Shell } from "../shell-integration/shell.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import { lookAtPane, type SessionContext } from "./look.ts";
import { localMarkOsc } from "./terminal.ts";

/** A shell that carries our marks. */
export type ShellLevel = { readonly aid: string; readonly shell: Shell; readonly bracketed: boolean };

const stepTimeoutMs = 2_000;
const tickMs = 100;
const payloadPieceBytes = 512;

/**
 * Has the shell that waits at an empty prompt set up our marks, on the alternate screen, so that the terminal looks as
 * before. Undefined when what waits there is no shell that we know, or did not answer. To be called under the input lock.
 */
export async function integrate(session: SessionContext): Promise<ShellLevel | undefined> {
  const pane = await lookAtPane(session);
  if (pane === undefined || pane.dead || pane.alternateOn || pane.inMode) return undefined;
  const exchange = new Exchange(session, session.terminal.offset);
  const { number } = session.record;
  // A host may have left a string unfinished, which would swallow what follows.
  writeToTty(pane.tty, `\x18\x1b\\${localMark(`hide;${number}`)}\x1b[?2026h\x1b[?1049h`);
  try {
    return (await exchange.sees(isLocal(`hide;${number}`))) ? await introduce(session, exchange) : undefined;
  } finally {
    writeToTty(pane.tty, `\x1b[?1049l\x1b[?2026l${localMark(`show;${number}`)}`);
    await exchange.sees(isLocal(`show;${number}`));
    await session.terminal.catchUp();
  }
}

async function introduce(session: SessionContext, exchange: Exchange): Promise<ShellLevel | undefined> {
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
  return prompted === undefined ? undefined : { aid, shell, bracketed };
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

  constructor(session: SessionContext, from: number) {
    this.#session = session;
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

  async #next<T>(choose: (osc: Osc) => T | undefined): Promise<T | undefined> {
    const { logWatch, logName, tmux } = this.#session;
    using changes = logWatch.subscribe(logName);
    const deadlineMs = performance.now() + stepTimeoutMs;
    for (;;) {
      this.#readOn();
      for (let osc = this.#found.shift(); osc !== undefined; osc = this.#found.shift()) {
        const chosen = choose(osc);
        if (chosen !== undefined) return chosen;
      }
      if (performance.now() >= deadlineMs || tmux.lost.aborted) return undefined;
      await changes.next(tickMs, [tmux.lost]);
    }
  }

  #readOn(): void {
    const { log } = this.#session;
    const { bytes } = log.read(this.#state.offset, log.extent().end);
    const { state, events } = scanStream(this.#state, bytes, new Set([localMarkOsc, markNumber]));
    this.#state = state;
    this.#found.push(...events.filter((event) => event.kind === "osc"));
  }
}
