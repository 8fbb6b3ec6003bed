import { existsSync } from "node:fs";
import { sessionKey } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { listPanes } from "../tmux/pane.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { closeSession } from "./close-session.ts";
import { createContext } from "./create-context.ts";
import { endSession } from "./end-session.ts";
import { look, lookAtPane, type SessionContext } from "./look.ts";
import { lockOpening, openSession } from "./open-session.ts";
import type { Call, CloseOutcome, ConfigListing, OpenOutcome, OpenRequest, ServerInfo, SessionService, SessionSummary } from "./outcome.ts";
import { readRange } from "./read-output.ts";
import { recordFromTags } from "./record-tags.ts";
import { lastSentCommand } from "./sent-command.ts";
import { Session, terminalFacts } from "./session.ts";
import { readNumber } from "./session-files.ts";
import { summarise, attachCommand } from "./summary.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

const bannerLines = 10;

/** All sessions of this tree, of whichever process opened them. */
export class Sessions implements SessionService {
  readonly #place: Workplace;
  readonly #contexts = new Map<string, SessionContext>();
  #recovered: Promise<void> | undefined;

  constructor(place: Workplace) {
    this.#place = place;
  }

  async listConfigs(): Promise<readonly ConfigListing[]> {
    const open = [...this.#place.state.read().values()].filter(({ phase }) => phase === "open");
    return [...this.#place.config().connections].map(([name, entry]) => {
      const openSessions = open.filter(({ connection_config }) => connection_config === name).map(({ session_name }) => session_name);
      if ("problem" in entry) return { name, ...entry.shown, openSessions, problem: entry.problem };
      const { host, user, port, description, auth, infoFile, policy, secretNames } = entry.config;
      return {
        name,
        host,
        ...(user === undefined ? {} : { user }),
        ...(port === undefined ? {} : { port }),
        description,
        auth,
        hasInfo: infoFile !== undefined,
        policy: policy.mode,
        secrets: secretNames,
        openSessions,
      };
    });
  }

  async serverInfo(connectionConfigName: string): Promise<ServerInfo> {
    return this.#place.readInfo(this.#usableConfig(connectionConfigName), this.#place.config().plainSecrets);
  }

  async open(request: OpenRequest, call: Call): Promise<OpenOutcome> {
    const startedAtMs = performance.now();
    const config = this.#usableConfig(request.connectionConfigName);
    await using _ = await lockOpening(this.#place, request.sessionName, call.signal);
    const tmux = await this.#tmux();
    const previous = await this.#previousRecord(tmux, request);
    const lost = previous === undefined ? undefined : this.#whatWasLost(tmux, previous);
    const paneLeft = previous !== undefined && (await lookAtPane(this.#context(tmux, previous))) !== undefined;
    const { context, promptStart } = await openSession(this.#place, { request, config, previous, paneLeft }, call);
    this.#contexts.set(sessionKey(request.sessionName), context);
    const current = await look(context, await lookAtPane(context));
    const { host, user, port, log_file: logFile, epoch_start } = context.record;
    const banner = readRange(context, epoch_start, promptStart ?? context.terminal.offset);
    const serverInfo = this.#inlineInfo(config);
    return {
      ...terminalFacts(context, current),
      connectionInfo: { host, user, port },
      hasServerInfo: config.infoFile !== undefined,
      ...(serverInfo === undefined ? {} : { serverInfo }),
      banner: banner.output.split("\n").slice(-bannerLines).join("\n"),
      logFile,
      attachCommand: attachCommand(this.#place.tree, context.record),
      openedInMs: Math.round(performance.now() - startedAtMs),
      reconnected: previous !== undefined,
      ...(lost === undefined ? {} : { lost }),
    };
  }

  async list(): Promise<readonly SessionSummary[]> {
    if (this.#place.state.read().size === 0 && !existsSync(this.#place.tree.tmuxSocket)) return [];
    const tmux = await this.#tmux();
    const records = [...this.#place.state.read().values()].filter(({ phase }) => phase === "open");
    const panes = new Map((await listPanes(tmux)).map((pane) => [pane.name, pane]));
    return Promise.all(records.map((record) => summarise(this.#place.tree, this.#context(tmux, record), panes.get(record.session_name))));
  }

  async find(sessionName: string): Promise<Session> {
    const tmux = await this.#tmux();
    const record = this.#place.state.get(sessionName);
    if (record === undefined) throw this.#notFound(sessionName);
    if (record.phase === "opening") {
      throw new UserError("SESSION_BUSY", `${record.session_name} is still being opened`, "Wait for that call, then try again.", { details: { by: "open_connection" } });
    }
    return new Session(this.#context(tmux, record));
  }

  async close({ sessionName, force }: { readonly sessionName: string; readonly force: boolean }, call: Call): Promise<CloseOutcome> {
    await using _ = await lockOpening(this.#place, sessionName, call.signal);
    const record = this.#place.state.get(sessionName);
    if (record === undefined) return { sessionName, wasRunning: false, existed: false };
    const tmux = await this.#tmux();
    const outcome = await closeSession(this.#place, this.#context(tmux, record), force);
    this.#contexts.delete(sessionKey(sessionName));
    return outcome;
  }

  /** The tmux server; at the first need sessions are found again that it has and the state file has not. */
  async #tmux(): Promise<TmuxServer> {
    const tmux = await this.#place.tmux();
    this.#recovered ??= this.#recover(tmux);
    await this.#recovered;
    return tmux;
  }

  async #recover(tmux: TmuxServer): Promise<void> {
    const known = this.#place.state.read();
    for (const pane of await listPanes(tmux)) {
      const number = readNumber(this.#place.tree, pane.name);
      if (known.has(sessionKey(pane.name)) || number === undefined) continue;
      const record = recordFromTags(pane.tags, number);
      if (record === undefined) this.#place.warn(`session ${pane.name} of tmux could not be taken over: it carries no record`);
      else await this.#place.state.put(record);
    }
  }

  /** The context is kept as long as neither the session's epoch nor the tmux server changed. */
  #context(tmux: TmuxServer, record: SessionRecord): SessionContext {
    const key = sessionKey(record.session_name);
    const known = this.#contexts.get(key);
    const same = known !== undefined && known.record.incarnation === record.incarnation && known.record.epoch === record.epoch && known.record.phase === record.phase;
    if (same && known.tmux === tmux) return known;
    const context = same ? { ...known, tmux } : createContext(this.#place, tmux, record);
    this.#contexts.set(key, context);
    return context;
  }

  #usableConfig(name: string): ConnectionConfig {
    const { connections } = this.#place.config();
    const entry = connections.get(name);
    if (entry === undefined) {
      throw new UserError("CONFIG_NOT_FOUND", `no connection is named ${JSON.stringify(name)}`, "Choose one of details.names, or add it to config.yml.", {
        details: { names: [...connections.keys()] },
      });
    }
    if ("config" in entry) return entry.config;
    throw new UserError("CONFIG_INVALID", `connection ${JSON.stringify(name)}: ${entry.problem}`, "The user mends it in config.yml; mcp-ssh-interactive validate shows each fault.");
  }

  /** The record of a session whose ssh has ended and which this open revives; what a dead process left half open is swept. */
  async #previousRecord(tmux: TmuxServer, { sessionName, connectionConfigName }: OpenRequest): Promise<SessionRecord | undefined> {
    const { state, config } = this.#place;
    const record = state.get(sessionName);
    if (record === undefined) {
      if (state.read().size >= config().settings.maxSessions) throw limitReached(config().settings.maxSessions);
      return undefined;
    }
    if (record.phase === "opening") {
      await endSession(this.#place, tmux, record.session_name);
      return undefined;
    }
    const context = this.#context(tmux, record);
    const current = await look(context, await lookAtPane(context));
    if (current.state === "disconnected" && record.connection_config === connectionConfigName && record.session_name === sessionName) return record;
    throw new UserError(
      "SESSION_EXISTS",
      `${record.session_name} is open already, on connection ${record.connection_config}`,
      "Use it as it is, close it first, or choose another session_name.",
      { details: { connection_config: record.connection_config, state: current.state, running_command: lastSentCommand(context)?.command } },
    );
  }

  #whatWasLost(tmux: TmuxServer, record: SessionRecord): OpenOutcome["lost"] {
    const context = this.#context(tmux, record);
    const sent = lastSentCommand(context);
    const outputUntil = terminalFacts(context, { state: "disconnected", confidence: "exact", pane: undefined, quietMs: 0 }).cursor;
    return { outputUntil, ...(sent === undefined ? {} : { commandId: sent.id, command: sent.command }) };
  }

  /** A fault of the info file is get_server_info's to tell; it keeps no session from opening. */
  #inlineInfo(config: ConnectionConfig): string | undefined {
    if (config.infoFile === undefined) return undefined;
    try {
      return this.#place.readInfo(config, this.#place.config().plainSecrets).infoContent;
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  #notFound(sessionName: string): UserError {
    const names = [...this.#place.state.read().values()].map(({ session_name }) => session_name);
    return new UserError("SESSION_NOT_FOUND", `no session is named ${JSON.stringify(sessionName)}`, "Open it with open_connection, or use one of details.names.", {
      details: { names },
    });
  }
}

function limitReached(maxSessions: number): UserError {
  return new UserError("SESSION_LIMIT", `${maxSessions} sessions are open, as many as settings.max_sessions allows`, "Close one that is no longer needed with close_connection.");
}
