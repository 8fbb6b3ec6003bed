import { existsSync, readFileSync } from "node:fs";

import { parseSshLog } from "../ssh/log.ts";
import type { PreparedSsh } from "../ssh/prepare.ts";
import type { StreamFacts } from "./derive-state.ts";
import type { Look, SessionContext } from "./look.ts";
import type { Awaiting } from "./outcome.ts";
import { judgeReadiness, type Readiness } from "./readiness.ts";

/** ssh asks a human before the login is through; `awaiting` where the terminal's last line does not tell. */
export type Asks = { readonly kind: "asks"; readonly awaiting?: Awaiting };

const longQuietMs = 1_000;
const askingQuietMs = 100;
const touchBytes = 1_024;

/** Follows one ssh from its start to where a person could type, or must. */
export class LoginWatch {
  readonly #context: SessionContext;
  readonly #prepared: PreparedSsh;
  #loggedInAtMs: number | undefined;
  #takenAt = -1;

  constructor(context: SessionContext, prepared: PreparedSsh) {
    this.#context = context;
    this.#prepared = prepared;
  }

  judge(look: Look): Readiness | Asks | undefined {
    return judgeReadiness(look, this.#facts(), () => this.isAuthenticated()) ?? this.#asks(look);
  }

  /** The question that stands there is about to be answered: from now on only another one counts. */
  takeQuestion(): void {
    this.#takenAt = this.#context.terminal.offset;
  }

  isAuthenticated(): boolean {
    if (this.#loggedInAtMs !== undefined) return true;
    const { logFile } = this.#prepared.target;
    return existsSync(logFile) && parseSshLog(readFileSync(logFile, "utf8")).authenticated;
  }

  /** Long silence means something from the login on alone: before it the host may just be slow. */
  #facts(): StreamFacts {
    const facts = this.#context.terminal.facts(false);
    if (facts.quietMs < longQuietMs) return facts;
    if (this.isAuthenticated()) this.#loggedInAtMs ??= performance.now();
    const sinceLoginMs = performance.now() - (this.#loggedInAtMs ?? performance.now());
    return { ...facts, quietMs: Math.min(facts.quietMs, sinceLoginMs) };
  }

  #asks({ state, quietMs }: Look): Asks | undefined {
    if (this.#context.terminal.offset === this.#takenAt) return undefined;
    if (quietMs < askingQuietMs || this.isAuthenticated()) return undefined;
    return state === "awaiting_input" ? { kind: "asks" } : this.#asksForTouch();
  }

  /** A security key is waited for without a question: ssh only says so. */
  #asksForTouch(): Asks | undefined {
    const { log, record, terminal } = this.#context;
    const start = Math.max(record.epoch_start, terminal.offset - touchBytes);
    const text = Buffer.from(log.read(start, terminal.offset).bytes).toString("latin1");
    const prompt = /(?:^|[\r\n])(Confirm user presence for key [^\r\n]+)\s*$/.exec(text)?.[1];
    return prompt === undefined ? undefined : { kind: "asks", awaiting: { kind: "confirmation", prompt } };
  }
}
