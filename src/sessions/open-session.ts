import { readFileSync } from "node:fs";
import { randomInt } from "node:crypto";
import { isSessionName } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import { delay } from "../platform/delay.ts";
import { acquireFileLock, LockTimeout, type FileLock } from "../platform/file-lock.ts";
import { explainFailure } from "../ssh/failure.ts";
import { parseSshLog } from "../ssh/log.ts";
import { prepareSsh, type PreparedSsh } from "../ssh/prepare.ts";
import type { SshConnection } from "../ssh/connection.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { LogStore } from "../state/log-store.ts";
import { captureScreen } from "../tmux/screen-capture.ts";
import { createSession, respawn } from "../tmux/session.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { endSession } from "./end-session.ts";
import { createContext } from "./create-context.ts";
import type { SessionContext } from "./look.ts";
import type { Call, OpenRequest } from "./outcome.ts";
import type { LearnedPrompt } from "./prompt.ts";
import { judgeReadiness, type Readiness } from "./readiness.ts";
import { recordTags } from "./record-tags.ts";
import { sessionPaths, writeNumber } from "./session-files.ts";
import { waitUntil } from "./wait.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

/** `previous` is the session's record from before, where its ssh had ended. */
export type OpenPlan = {
  readonly request: OpenRequest;
  readonly config: ConnectionConfig;
  readonly previous: SessionRecord | undefined;
  readonly paneLeft: boolean;
};

export type Opened = { readonly context: SessionContext; readonly promptStart: number | undefined };

const firstBackOffMs = 500;
const maxBackOffMs = 8_000;
const lockTimeoutMs = 5_000;
const sessionTag = 36 ** 4;

/** Held while a session is opened or closed, so that two callers of one name never do so at once. */
export async function lockOpening(place: Workplace, sessionName: string, signal: AbortSignal): Promise<FileLock> {
  if (!isSessionName(sessionName)) {
    throw new UserError("INVALID_ARGUMENT", `${JSON.stringify(sessionName)} is no session name`, "Use 1 to 64 letters, digits, _ and -.");
  }
  try {
    return await acquireFileLock(sessionPaths(place.tree, sessionName).openLock, lockTimeoutMs, signal);
  } catch (error) {
    if (!(error instanceof LockTimeout)) throw error;
    throw new UserError("SESSION_BUSY", `${sessionName} is just being opened or closed by another call`, "Look with list_connections, then try again.", {
      details: { by: "another call" },
      cause: error,
    });
  }
}

/**
 * Starts ssh in its pane and returns when the login is through. Throws the exact failure; then nothing is left of a
 * new session, and one that was there before stays disconnected. To be called under `lockOpening`.
 */
export async function openSession(place: Workplace, plan: OpenPlan, call: Call): Promise<Opened> {
  const deadlineMs = performance.now() + plan.request.timeoutSeconds * 1_000;
  const tmux = await place.tmux();
  const prepared = await prepare(place, plan);
  return place.slots.run(prepared.info, async () => {
    const attempts = new Attempts(place, tmux, plan, prepared);
    try {
      return await attempts.untilOpen(deadlineMs, call);
    } catch (error) {
      if (plan.previous === undefined) await endSession(place, tmux, plan.request.sessionName);
      throw error;
    }
  });
}

async function prepare(place: Workplace, { request, config }: OpenPlan): Promise<PreparedSsh> {
  const { connections } = place.config();
  return prepareSsh({
    ssh: place.ssh.program,
    version: await place.ssh.version(),
    connection: sshConnection(config),
    lookupConnection: (name) => {
      const entry = connections.get(name);
      return entry !== undefined && "config" in entry ? sshConnection(entry.config) : undefined;
    },
    runtimeFolder: place.tree.runtime,
    sessionName: request.sessionName,
    userConfig: place.ssh.userConfig,
    systemConfig: place.ssh.systemConfig,
    env: place.env,
    connectTimeoutSeconds: Math.ceil(request.timeoutSeconds),
  });
}

function sshConnection(config: ConnectionConfig): SshConnection {
  const { name, host, user, port, keyPath, useAgent, proxyJump, sshOptions } = config;
  return { name, host, user, port, keyPath, useAgent, proxyJump, sshOptions };
}

/** One `open_connection`: network failures are tried again, each time as a new epoch of the same session. */
class Attempts {
  readonly #place: Workplace;
  readonly #tmux: TmuxServer;
  readonly #plan: OpenPlan;
  readonly #prepared: PreparedSsh;
  #paneLeft: boolean;
  #record: SessionRecord | undefined;

  constructor(place: Workplace, tmux: TmuxServer, plan: OpenPlan, prepared: PreparedSsh) {
    this.#place = place;
    this.#tmux = tmux;
    this.#plan = plan;
    this.#prepared = prepared;
    this.#paneLeft = plan.paneLeft;
    this.#record = plan.previous;
  }

  async untilOpen(deadlineMs: number, call: Call): Promise<Opened> {
    for (let backOffMs = firstBackOffMs; ; backOffMs = Math.min(backOffMs * 2, maxBackOffMs)) {
      const context = await this.#start();
      const end = await waitUntil(
        context,
        (current) => judgeReadiness(current, context.terminal.facts(false), () => this.#isAuthenticated()),
        deadlineMs,
        call.signal,
      );
      call.signal.throwIfAborted();
      const timedOut = end.reason !== "decided";
      if (end.reason === "decided" && end.value.kind === "ready") return this.#finish(context, end.value);
      if (timedOut && this.#isAuthenticated()) return this.#finish(context, { kind: "ready" });
      const failure = await explainFailure(this.#prepared, { exitStatus: context.terminal.end?.status, timedOut });
      if (failure === undefined) throw await this.#endedAtOnce(context);
      if (!failure.retryable || performance.now() + backOffMs >= deadlineMs) throw failure.error;
      await delay(backOffMs, call.signal);
      call.signal.throwIfAborted();
    }
  }

  /** Starts ssh anew, in the pane that is left or in a new one, and records it first. */
  async #start(): Promise<SessionContext> {
    const { tree, state } = this.#place;
    const { request } = this.#plan;
    const { number: numberFile, log } = sessionPaths(tree, request.sessionName);
    const number = writeNumber(numberFile);
    const record = this.#nextRecord(number, new LogStore(log).extent().end);
    this.#record = record;
    await state.put(record);
    const pane = { name: request.sessionName, argv: this.#prepared.argv, numberFile };
    if (this.#paneLeft) await respawn(this.#tmux, pane);
    else {
      const segmentBytes = Math.floor((this.#place.config().settings.logMaxMb * 1_048_576) / 4);
      await createSession(this.#tmux, { ...pane, segmentBytes, cols: record.cols, rows: record.rows, tags: recordTags(record) });
    }
    this.#paneLeft = true;
    return createContext(this.#place, this.#tmux, record);
  }

  #nextRecord(number: string, logEnd: number): SessionRecord {
    const { request, config } = this.#plan;
    const { info } = this.#prepared;
    const before = this.#record;
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
      cols: before?.cols ?? request.cols,
      rows: before?.rows ?? request.rows,
    };
  }

  async #finish(context: SessionContext, readiness: Extract<Readiness, { kind: "ready" }>): Promise<Opened> {
    const record: SessionRecord = { ...context.record, phase: "open", ...(readiness.prompt === undefined ? {} : { prompt: promptOf(readiness.prompt) }) };
    await this.#place.state.put(record);
    return { context: { ...context, record }, promptStart: readiness.promptStart };
  }

  #isAuthenticated(): boolean {
    return parseSshLog(readFileSync(this.#prepared.target.logFile, "utf8")).authenticated;
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

function promptOf({ text, bracketed }: LearnedPrompt): { text: string; bracketed: boolean } {
  return { text, bracketed };
}
