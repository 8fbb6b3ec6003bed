import { LineRenderer } from "../screen/line-renderer.ts";
import { initialStreamState, scanStream } from "../screen/stream-parser.ts";
import { markNumber, parseMark, type Mark } from "../shell-integration/mark.ts";
import { localMarkOsc } from "./local-mark.ts";
import type { SessionContext } from "./look.ts";

const stepTimeoutMs = 4_000;
const tickMs = 20;
/** A prompt that differs from the one before is taken as drawn when nothing more of it comes. */
const otherPromptQuietMs = 60;

/** What our own process writes to the pane's terminal to hide what follows there. */
export const enterHidden = "\x1b[?2026h\x1b[?1049h";
export const leaveHidden = "\x1b[?1049l\x1b[?2026l";

type Osc = { readonly number: number; readonly payload: string };

/** Reads what the terminal shows from one place on, strictly in order. */
export class HiddenExchange {
  readonly #session: SessionContext;
  #state;
  #found: Osc[] = [];
  readonly #from: number;
  #changedAtMs = performance.now();
  /** The prompt as it was drawn last, where it is not the one from before: it may show the last exit status. */
  otherPrompt: string | undefined;

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

  /**
   * The line that ends with the prompt, once it stands on the hidden screen, so that its last character is not seen on
   * the other one; undefined after the time limit.
   */
  async drawn(prompt: string): Promise<string | undefined> {
    const drawn = await this.#until(() => {
      const shown = this.#hiddenLine();
      const isQuiet = performance.now() - this.#changedAtMs >= otherPromptQuietMs;
      return shown.endsWith(prompt) || (shown.trim() !== "" && isQuiet) ? shown : undefined;
    });
    this.otherPrompt = drawn?.endsWith(prompt) === false ? drawn : undefined;
    return drawn;
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
    renderer.write(hiddenAt < 0 ? bytes : bytes.subarray(hiddenAt + enterHidden.length));
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
