import { randomBytes } from "node:crypto";

import type { HeldTerminal } from "../policy/secret-use.ts";
import { runOverMux, terminalStateCommand, type MuxSession, type TerminalSubject } from "../ssh/mux.ts";
import { parseFront, type FrontReading } from "./front-programs.ts";
import { stallMs, type Link } from "./link.ts";
import { parseHolders } from "./terminal-holders.ts";
import { judge, parseReading, type Judgement } from "./terminal-reading.ts";

/** What the host said when the log stood at `offset`; `atMs` (performance.now) is when it was asked. */
export type Answer = Judgement & { readonly offset: number; readonly atMs: number };

type Question = {
  readonly offset: number;
  readonly atMs: number;
  readonly ended: AbortController;
  readonly stop: AbortController;
};

const unknown: Judgement = {
  verdict: "unclear",
  isPlain: false,
  eofIsCtrlD: false,
  isRaw: false,
  programs: [],
  pids: [],
  hasShell: true,
};
const maxFailures = 2;
const firstGapMs = 250;
const maxGapMs = 10_000;
const firstCostMs = 300;
const holdMs = 500;

/**
 * Asks the host, over the session's own connection, whether the program in front reads the terminal. One question at
 * a time; a host that does not answer twice is asked no more.
 */
export class Oracle {
  readonly #mux: MuxSession;
  readonly #link: Link;
  #answer: Answer | undefined;
  #question: Question | undefined;
  #failures = 0;
  /** Questions in a row that found no reader, or that more output overtook. */
  #fruitless = 0;
  #lastAskedAtMs = -Infinity;
  #costMs = firstCostMs;

  constructor(mux: MuxSession, link: Link) {
    this.#mux = mux;
    this.#link = link;
  }

  /** The last answer, if nothing has come since. */
  answerAt(offset: number): Answer | undefined {
    return this.#answer?.offset === offset ? this.#answer : undefined;
  }

  get isAvailable(): boolean {
    return this.#failures < maxFailures;
  }

  /** How long until it may be asked again of output that does not look like a question: ever longer for one that works. */
  get restMs(): number {
    const gapMs = Math.min(maxGapMs, firstGapMs * 2 ** (this.#fruitless - 1));
    return this.#fruitless === 0 ? 0 : Math.max(0, this.#lastAskedAtMs + gapMs - performance.now());
  }

  /** A question that is under way: aborted once it is answered, and worth waiting for until `holdUntilMs`. */
  pendingAt(offset: number): { readonly ended: AbortSignal; readonly holdUntilMs: number } | undefined {
    const question = this.#question;
    if (question?.offset !== offset) return undefined;
    return { ended: question.ended.signal, holdUntilMs: question.atMs + holdMs + this.#costMs };
  }

  /** Something came since the question: its answer is of no use, and ssh would linger with its channel. */
  dropUnless(offset: number): void {
    if (this.#question === undefined || this.#question.offset === offset) return;
    this.#question.stop.abort();
    this.#fruitless += 1;
    this.#question = undefined;
  }

  /** What was typed since, or tmux that stood still, makes what the host said worthless. */
  forget(): void {
    this.#question?.stop.abort();
    this.#question = undefined;
    this.#answer = undefined;
  }

  /** What the host says this moment; undefined when it does not answer. */
  askNow(signal: AbortSignal): Promise<Judgement | undefined> {
    return this.#consult(signal);
  }

  /** As askNow, with the arguments of what is in front. */
  async front(signal: AbortSignal): Promise<FrontReading | undefined> {
    const tag = randomBytes(8).toString("hex");
    const text = await this.#told(tag, "arguments", signal).catch(() => undefined);
    return text === undefined ? undefined : parseFront(text, tag);
  }

  ask(offset: number): void {
    if (this.#question !== undefined) return;
    const atMs = performance.now();
    const question = { offset, atMs, ended: new AbortController(), stop: new AbortController() };
    this.#question = question;
    this.#lastAskedAtMs = atMs;
    void this.#settle(question);
  }

  /** Who has the terminal open at this moment; undefined where the host does not tell. */
  async holders(signal: AbortSignal): Promise<HeldTerminal | undefined> {
    const tag = randomBytes(8).toString("hex");
    const text = await this.#told(tag, "holders", signal);
    return text === undefined ? undefined : parseHolders(text, tag);
  }

  async #settle(question: Question): Promise<void> {
    const { offset, atMs, stop } = question;
    const judgement = await this.#consult(stop.signal);
    if (this.#question === question) {
      this.#question = undefined;
      this.#noteCost(offset, performance.now() - atMs, judgement !== undefined);
      this.#fruitless = judgement?.verdict === "busy" ? this.#fruitless + 1 : 0;
      this.#answer = { offset, atMs, ...(judgement ?? unknown) };
    }
    question.ended.abort();
  }

  /** A link that has stalled says nothing of what the host can tell. */
  #noteCost(offset: number, costMs: number, isAnswered: boolean): void {
    if (isAnswered) {
      this.#link.noteAnswer();
      this.#costMs = costMs;
      this.#failures = 0;
    } else if (costMs >= stallMs) this.#link.noteSilence(offset);
    else this.#failures += 1;
  }

  async #consult(signal: AbortSignal): Promise<Judgement | undefined> {
    const tag = randomBytes(8).toString("hex");
    try {
      const text = await this.#told(tag, "front", signal);
      const reading = text === undefined ? undefined : parseReading(text, tag);
      return reading === undefined ? undefined : judge(reading);
    } catch {
      return undefined;
    }
  }

  #told(tag: string, about: TerminalSubject, signal: AbortSignal): Promise<string | undefined> {
    return runOverMux(this.#mux, terminalStateCommand(tag, about), { signal, timeoutMs: stallMs });
  }
}
