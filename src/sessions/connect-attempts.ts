import { randomInt } from "node:crypto";

import type { Check } from "../base/check.ts";
import { sessionKey } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import { delay } from "../platform/delay.ts";
import { checkAttempt, withChecks } from "../ssh/attempt-checks.ts";
import { explainFailure } from "../ssh/failure.ts";
import type { PreparedSsh } from "../ssh/prepare.ts";
import type { Questions } from "../ssh/questions.ts";
import { LogStore } from "../state/log-store.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { captureScreen } from "../tmux/screen-capture.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { createSession, respawn } from "../tmux/session.ts";
import { answerLogin } from "./answer-login.ts";
import { awaitLogin } from "./await-login.ts";
import { createContext } from "./create-context.ts";
import { finishLogin, mayMark, recordOpen, type Login } from "./finish-login.ts";
import { LoginWatch, type Asks } from "./login-watch.ts";
import type { SessionContext } from "./look.ts";
import type { Awaiting, Call, OpenRequest } from "./outcome.ts";
import type { Readiness } from "./readiness.ts";
import { numbersOf, recordTags } from "./record-tags.ts";
import { createNumber, sessionPaths, writeNumber } from "./session-files.ts";
import { waitUntil, type WaitEnd } from "./wait.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

/** `previous` is the session's record from before, where its ssh had ended. */
export type OpenPlan = {
  readonly request: OpenRequest;
  readonly config: ConnectionConfig;
  readonly previous: SessionRecord | undefined;
  readonly paneLeft: boolean;
};

type ReadySession = Extract<Readiness, { kind: "ready" }>;

/** `awaiting` where ssh waits for a human and its last line does not tell. */
export type Opened = {
  readonly context: SessionContext;
  readonly promptStart: number | undefined;
  readonly awaiting?: Awaiting | undefined;
  readonly checks: readonly Check[];
};

const firstBackOffMs = 500;
const maxBackOffMs = 8_000;
const sessionTag = 36 ** 4;

/** One `open_connection`: network failures are tried again, each time as a new epoch of the same session. */
export class ConnectAttempts {
  readonly #place: Workplace;
  readonly #tmux: TmuxServer;
  readonly #plan: OpenPlan;
  readonly #prepared: PreparedSsh;
  readonly #questions: Questions;
  #paneLeft: boolean;
  #latest: SessionRecord | undefined;

  constructor(
    place: Workplace,
    tmux: TmuxServer,
    plan: OpenPlan,
    prepared: PreparedSsh,
    questions: Questions,
  ) {
    this.#place = place;
    this.#tmux = tmux;
    this.#plan = plan;
    this.#prepared = prepared;
    this.#questions = questions;
    this.#paneLeft = plan.paneLeft;
    this.#latest = plan.previous;
  }

  async untilOpen(deadlineMs: number, call: Call): Promise<Opened> {
    const stop = AbortSignal.any([call.signal, this.#questions.failed]);
    for (let backOffMs = firstBackOffMs; ; backOffMs = Math.min(backOffMs * 2, maxBackOffMs)) {
      const context = await this.#start();
      const watch = new LoginWatch(context, this.#prepared);
      const end = await this.#awaitLogin(context, watch, deadlineMs, stop);
      stop.throwIfAborted();
      const timedOut = end.reason !== "decided";
      if (end.reason === "decided" && end.value.kind === "ready") return this.#finish(context, end.value);
      if (end.reason === "decided" && end.value.kind === "asks")
        return this.#leaveToHuman(context, watch, end.value);
      if (timedOut && watch.isAuthenticated()) return this.#finish(context, { kind: "ready" });
      const exitStatus = context.terminal.end?.status;
      const failure = await explainFailure(this.#prepared, { exitStatus, timedOut });
      if (failure === undefined) throw this.#withChecks(await this.#endedAtOnce(context));
      // A secret that may have been refused is not offered again: that is how accounts are locked.
      const isFinal = !failure.retryable || this.#questions.anyAnswered || this.#plan.request.once === true;
      if (isFinal || performance.now() + backOffMs >= deadlineMs) throw this.#withChecks(failure.error);
      await delay(backOffMs, call.signal);
      call.signal.throwIfAborted();
    }
  }

  async #awaitLogin(
    context: SessionContext,
    watch: LoginWatch,
    deadlineMs: number,
    stop: AbortSignal,
  ): Promise<WaitEnd<Readiness | Asks>> {
    for (;;) {
      const end = await waitUntil(context, (look) => watch.judge(look), deadlineMs, stop);
      const asks = end.reason === "decided" && end.value.kind === "asks" && end.value.awaiting === undefined;
      if (!asks || this.#prepared.asksByProgram) return end;
      watch.takeQuestion();
      if (!(await answerLogin(context, this.#prepared, this.#questions, stop))) return end;
    }
  }

  /** Starts ssh anew, in the pane that is left or in a new one, and records it first. */
  async #start(): Promise<SessionContext> {
    const { tree, config } = this.#place;
    const { request } = this.#plan;
    const { number: numberFile, log } = sessionPaths(tree, request.sessionName);
    const record = this.#nextRecord(createNumber(), new LogStore(log).extent().end);
    if (this.#latest === this.#plan.previous) await this.#claim(record);
    writeNumber(numberFile, record.number);
    this.#latest = record;
    const start = this.#paneLeft ? respawn : createSession;
    await start(this.#tmux, {
      name: request.sessionName,
      argv: this.#prepared.argv,
      numberFile,
      segmentBytes: Math.floor((config().settings.logMaxMb * 1_048_576) / 4),
      cols: record.cols,
      rows: record.rows,
      tags: recordTags(record),
    });
    this.#paneLeft = true;
    return createContext(this.#place, this.#tmux, record);
  }

  /** From here on the state file tells of the open; what was there before is kept in it until the login is through. */
  async #claim(record: SessionRecord): Promise<void> {
    const { state, config } = this.#place;
    const { previous } = this.#plan;
    const { maxSessions } = config().settings;
    await state.update((sessions) => {
      if (previous === undefined && sessions.size >= maxSessions) throw limitReached(maxSessions);
      const claimed = previous === undefined ? record : { ...previous, phase: "reopening" as const };
      sessions.set(sessionKey(record.session_name), claimed);
    });
  }

  #nextRecord(number: string, logEnd: number): SessionRecord {
    const { request, config } = this.#plan;
    const { info } = this.#prepared;
    const before = this.#latest;
    return {
      session_name: request.sessionName,
      connection_config: config.name,
      tmux_session: `mcp-${request.sessionName}`,
      log_file: sessionPaths(this.#place.tree, request.sessionName).log,
      created_at: before?.created_at ?? new Date().toISOString(),
      phase: "opening",
      incarnation: before?.incarnation ?? randomInt(sessionTag).toString(36),
      epoch: (before?.epoch ?? 0) + 1,
      log_start: before?.log_start ?? logEnd,
      epoch_start: logEnd,
      number,
      ...info,
      levels: [],
      ...(before === undefined ? {} : { retired: numbersOf(before) }),
      cols: before?.cols ?? request.cols,
      rows: before?.rows ?? request.rows,
    };
  }

  /** The rest of the login is a human's, and is followed here for as long as this process lives. */
  async #leaveToHuman(context: SessionContext, watch: LoginWatch, { awaiting }: Asks): Promise<Opened> {
    const place = this.#place;
    this.#questions.leaveToHuman();
    const checks = checkAttempt(this.#prepared);
    const opened = await recordOpen(place, context, { levels: [], marks_due: mayMark(this.#login(context)) });
    void awaitLogin(place, this.#login(opened), watch)
      .catch((error: unknown) =>
        place.warn(`the login of ${context.record.session_name} was not followed: ${String(error)}`),
      )
      .finally(() => this.#questions[Symbol.dispose]());
    return { context: opened, promptStart: undefined, awaiting, checks };
  }

  async #finish(context: SessionContext, readiness: ReadySession): Promise<Opened> {
    this.#questions[Symbol.dispose]();
    const checks = checkAttempt(this.#prepared);
    const opened = await finishLogin(this.#place, this.#login(context), readiness);
    return { context: opened, promptStart: readiness.promptStart, checks };
  }

  #withChecks(error: UserError): UserError {
    return withChecks(error, checkAttempt(this.#prepared, error));
  }

  #login(context: SessionContext): Login {
    return { context, prepared: this.#prepared, config: this.#plan.config };
  }

  async #endedAtOnce(context: SessionContext): Promise<UserError> {
    const status = context.terminal.end?.status;
    const screen = await captureScreen(this.#tmux, context.record.session_name);
    return new UserError(
      "SESSION_DISCONNECTED",
      `the host accepted the login and ended the session at once${status === undefined ? "" : ` with status ${status}`}`,
      "The account may have no login shell, or the host runs a command instead of one; details.screen has its last words.",
      { details: { screen: screen?.lines.join("\n").trimEnd() } },
    );
  }
}

function limitReached(maxSessions: number): UserError {
  return new UserError(
    "SESSION_LIMIT",
    `${maxSessions} sessions are open, as many as settings.max_sessions allows`,
    "Close one that is no longer needed with close_connection.",
  );
}
