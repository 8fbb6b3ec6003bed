import type { ChaosCommand } from "./command.ts";
import type { Disturbance, Journal } from "./journal.ts";
import type { ChaosHost } from "./place.ts";

/** A command that was given to some server, and what was said about it. */
export type Sent = {
  readonly command: ChaosCommand;
  readonly atMs: number;
  /** When the session had been opened that it was given to. */
  readonly openedAtMs: number;
  /** As the model's, when it was given. */
  readonly provenAtMs: number;
  id?: string | undefined;
  /** The answer said that nothing was typed. */
  wasRefused?: boolean;
  /** An answer said that it has ended, and with which code. */
  wasEnded?: boolean;
  toldCode?: number;
  /** Reopening said that it was cut off. */
  wasLost?: boolean;
  /** We pressed Ctrl+C. */
  wasInterrupted?: boolean;
};

/** `ended`: its ssh has; `maybe`: a call that would have opened or closed it got no answer. */
export type Phase = "open" | "ended" | "closed" | "maybe";

/** After these ssh may be gone. */
const ending: readonly Disturbance["kind"][] = [
  "command",
  "ssh killed",
  "wrapper killed",
  "sshd session killed",
  "link cut",
  "link stalled",
  "link down",
  "tmux killed",
  "tmux socket removed",
  "laptop asleep",
  "machine slow",
];

/** What must be true of a session by all that was done with it. */
export class SessionModel {
  readonly name: string;
  readonly host: ChaosHost;
  readonly #journal: Journal;
  phase: Phase = "closed";
  /** When the call began that opened it last. */
  openedAtMs = 0;
  /** When the last command was given whose end was told exactly: no fault from before hides what is told since. */
  provenAtMs = 0;
  /** Commands since it was opened anew, by whoever gave them. */
  history: Sent[] = [];
  /** Given to a server, and not known to have ended or to have been refused. */
  pending: Sent[] = [];
  /** It was opened, and not closed since. */
  isKnown = false;
  depth = 0;
  /** Neither state.json nor tmux had it at some moment since. */
  mayBeForgotten = false;

  constructor(name: string, host: ChaosHost, journal: Journal) {
    this.name = name;
    this.host = host;
    this.#journal = journal;
  }

  /** Whether ssh may have ended since it was opened. */
  mayHaveEnded(): boolean {
    return this.#journal.wasDisturbed(ending, this.name, { fromMs: this.openedAtMs });
  }

  isDone(sent: Sent): void {
    this.pending = this.pending.filter((each) => each !== sent);
  }

  /** The session is another one from now on: its ids and places mean nothing any more. */
  startAnew(): void {
    this.history = [];
    this.pending = [];
    this.depth = 0;
    this.mayBeForgotten = false;
  }
}
