import { randomInt } from "node:crypto";
import { existsSync, readFileSync, truncateSync } from "node:fs";

import { sessionKey } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import { delay } from "../platform/delay.ts";
import { explainFailure } from "../ssh/failure.ts";
import { parseRemoteSoftware, parseSshLog } from "../ssh/log.ts";
import type { PreparedSsh } from "../ssh/prepare.ts";
import { LogStore } from "../state/log-store.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { captureScreen } from "../tmux/screen-capture.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { createSession, respawn, writeTags } from "../tmux/session.ts";
import { createContext } from "./create-context.ts";
import type { StreamFacts } from "./derive-state.ts";
import { integrate, type ShellLevel } from "./integrate.ts";
import { lockInput } from "./lock-input.ts";
import type { SessionContext } from "./look.ts";
import type { Call, OpenRequest } from "./outcome.ts";
import type { LearnedPrompt } from "./prompt.ts";
import { judgeReadiness, type Readiness } from "./readiness.ts";
import { recordTags } from "./record-tags.ts";
import { createNumber, sessionPaths, writeNumber } from "./session-files.ts";
import { waitUntil } from "./wait.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

/** `previous` is the session's record from before, where its ssh had ended. */
export type OpenPlan = {
  readonly request: OpenRequest;
  readonly config: ConnectionConfig;
  readonly previous: SessionRecord | undefined;
  readonly paneLeft: boolean;
};

type ReadySession = Extract<Readiness, { kind: "ready" }>;

export type Opened = { readonly context: SessionContext; readonly promptStart: number | undefined };

const firstBackOffMs = 500;
const maxBackOffMs = 8_000;
const longQuietMs = 1_000;
const sessionTag = 36 ** 4;

/** One `open_connection`: network failures are tried again, each time as a new epoch of the same session. */
export class ConnectAttempts {
  readonly #place: Workplace;
  readonly #tmux: TmuxServer;
  readonly #plan: OpenPlan;
  readonly #prepared: PreparedSsh;
  #paneLeft: boolean;
  #latest: SessionRecord | undefined;
  #loggedInAtMs: number | undefined;

  constructor(place: Workplace, tmux: TmuxServer, plan: OpenPlan, prepared: PreparedSsh) {
    this.#place = place;
    this.#tmux = tmux;
    this.#plan = plan;
    this.#prepared = prepared;
    this.#paneLeft = plan.paneLeft;
    this.#latest = plan.previous;
  }

  async untilOpen(deadlineMs: number, call: Call): Promise<Opened> {
    for (let backOffMs = firstBackOffMs; ; backOffMs = Math.min(backOffMs * 2, maxBackOffMs)) {
      const context = await this.#start();
      const end = await waitUntil(
        context,
        (current) => judgeReadiness(current, this.#facts(context), () => this.#isAuthenticated()),
        deadlineMs,
        call.signal,
      );
      call.signal.throwIfAborted();
      const timedOut = end.reason !== "decided";
      if (end.reason === "decided" && end.value.kind === "ready") return this.#finish(context, end.value);
      if (timedOut && this.#isAuthenticated()) return this.#finish(context, { kind: "ready" });
      const failure = await explainFailure(this.#prepared, {
        exitStatus: context.terminal.end?.status,
        timedOut,
      });
      if (failure === undefined) throw await this.#endedAtOnce(context);
      if (!failure.retryable || performance.now() + backOffMs >= deadlineMs) throw failure.error;
      await delay(backOffMs, call.signal);
      call.signal.throwIfAborted();
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
    this.#loggedInAtMs = undefined;
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
      cols: before?.cols ?? request.cols,
      rows: before?.rows ?? request.rows,
    };
  }

  /** ssh's logs have said all that they are needed for, and would grow with the session. */
  async #finish(context: SessionContext, readiness: ReadySession): Promise<Opened> {
    const level = await this.#integrate(context, readiness);
    const record: SessionRecord = {
      ...context.record,
      phase: "open",
      prompt: readiness.prompt,
      levels: level === undefined ? [] : [level],
    };
    await this.#place.state.put(record);
    await writeTags(this.#tmux, record.session_name, recordTags(record));
    for (const path of this.#prepared.logFiles) if (existsSync(path)) truncateSync(path);
    return { context: { ...context, record }, promptStart: readiness.promptStart };
  }

  /**
   * Only what waits at a prompt of a host that speaks as OpenSSH or dropbear do is taken for a shell. A terminal that
   * cannot be written to costs the marks, not the session.
   */
  async #integrate(context: SessionContext, { prompt }: ReadySession): Promise<ShellLevel | undefined> {
    const { shellIntegration } = this.#plan.config;
    if (prompt === undefined || shellIntegration === "never") return undefined;
    const software = parseRemoteSoftware(readFileSync(this.#prepared.target.logFile, "utf8")) ?? "";
    const isShellHost = /^(?:OpenSSH|dropbear)/.test(software) && looksLikeShellPrompt(prompt);
    if (!isShellHost && shellIntegration !== "always") return undefined;
    try {
      await using _ = await lockInput(context, neverAborted);
      return await integrate(context, prompt);
    } catch (error) {
      if (error instanceof UserError) throw error;
      this.#place.warn(`the shell of ${context.record.session_name} carries no marks: ${String(error)}`);
      return undefined;
    }
  }

  /** Long silence means something from the login on alone: before it the host may just be slow. */
  #facts({ terminal }: SessionContext): StreamFacts {
    const facts = terminal.facts(false);
    if (facts.quietMs < longQuietMs) return facts;
    if (this.#isAuthenticated()) this.#loggedInAtMs ??= performance.now();
    const sinceLoginMs = performance.now() - (this.#loggedInAtMs ?? performance.now());
    return { ...facts, quietMs: Math.min(facts.quietMs, sinceLoginMs) };
  }

  #isAuthenticated(): boolean {
    if (this.#loggedInAtMs !== undefined) return true;
    const { logFile } = this.#prepared.target;
    return existsSync(logFile) && parseSshLog(readFileSync(logFile, "utf8")).authenticated;
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

const neverAborted = new AbortController().signal;

/** `name>` and `name#` are how routers and switches ask. */
function looksLikeShellPrompt({ text, bracketed }: LearnedPrompt): boolean {
  return bracketed || !/^[\w.()/-]+[>#]\s*$/.test(text.trim()) || /^[#>]/.test(text.trim());
}
