import { sessionKey } from "../base/session-name.ts";
import type { FileSubscription } from "../platform/folder-watch.ts";
import { recordAct } from "../policy/gatehouse.ts";
import { respellKept } from "../state/respell-kept.ts";
import type { SessionRecord } from "../state/session-record.ts";
import type { StateSnapshot } from "../state/state-file.ts";
import { listPanes } from "../tmux/pane.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { readCatalog, watchFor, type Catalog, type Watched } from "./catalog.ts";
import { closeSession } from "./close-session.ts";
import type { OpenPlan } from "./connect-attempts.ts";
import { createContext, withOwnPaths } from "./create-context.ts";
import { inlineInfo } from "./inline-info.ts";
import { listConfigs } from "./list-configs.ts";
import { lockOpening } from "./lock-opening.ts";
import { look, lookAtPane, type SessionContext } from "./look.ts";
import { lostBeside, lostWork } from "./lost-work.ts";
import { mayHaveSessions, tellMissingState } from "./missing-state.ts";
import { openSession } from "./open-session.ts";
import { openedFacts } from "./opened-facts.ts";
import type {
  Call,
  CloseOutcome,
  CloseRequest,
  ConfigListing,
  OpenOutcome,
  OpenRequest,
  ServerInfo,
  SessionService,
  SessionSummary,
} from "./outcome.ts";
import { followsAll } from "./outdated-session.ts";
import { numbersOf } from "./record-tags.ts";
import { recordedOpen } from "./recorded-open.ts";
import { recoverSessions } from "./recover-sessions.ts";
import { sessionExists, stillOpening } from "./refusals.ts";
import { sessionNotFound } from "./session-not-found.ts";
import { Session } from "./session.ts";
import { summarise } from "./summary.ts";
import { whereNow } from "./terminal-facts.ts";
import { sweepOpening, undoOpening } from "./undo-opening.ts";
import { closeUnrecorded, refuseUnrecorded } from "./unrecorded-session.ts";
import { usableConfig } from "./usable-config.ts";
import type { Workplace } from "./workplace.ts";

const maxWarnings = 20;
const maxRecoveries = 3;

/** All sessions of this tree, of whichever process opened them. */
export class Sessions implements SessionService {
  readonly #place: Workplace;
  readonly #contexts = new Map<string, SessionContext>();
  #recovering: Promise<void> | undefined;
  #recoveredWith: TmuxServer | undefined;
  #warnings: readonly string[] = [];
  #hidden: { readonly of: StateSnapshot; readonly words: readonly string[] } | undefined;

  constructor(place: Workplace) {
    this.#place = place;
  }

  async listConfigs(): Promise<readonly ConfigListing[]> {
    const place = this.#place;
    return listConfigs(place.config(), openedOnes(place.state.read()), place.gatehouse.policies);
  }

  catalog(): Catalog {
    return readCatalog(this.#place);
  }

  watch(watched: Watched): FileSubscription {
    return watchFor(this.#place, watched);
  }

  transferDirs(): readonly string[] {
    return this.#place.config().settings.transferDirs;
  }

  async serverInfo(connectionConfigName: string): Promise<ServerInfo> {
    const config = this.#place.config();
    return this.#place.readInfo(usableConfig(config, connectionConfigName), config.plainSecrets);
  }

  async open(request: OpenRequest, call: Call): Promise<OpenOutcome> {
    const startedAtMs = performance.now();
    const { gatehouse, links } = this.#place;
    links.assertUnmoved();
    gatehouse.pause.assertOff();
    const config = usableConfig(this.#place.config(), request.connectionConfigName);
    await using _ = await lockOpening(this.#place, request.sessionName, call.signal);
    const tmux = await this.#tmux();
    const previous = await this.#previousRecord(tmux, request);
    if (previous === undefined) respellKept(this.#place.tree.logs, request.sessionName);
    // Once opened, a session is held to it also when the configuration cannot be read any more.
    await gatehouse.policies.note(config.name, config.policy);
    const about = { session: request.sessionName, connection: config.name, client: call.client };
    return await recordedOpen(gatehouse, { ...about, reconnected: previous !== undefined }, () =>
      this.#open(tmux, { request, config, previous }, { call, startedAtMs }),
    );
  }

  async #open(
    tmux: TmuxServer,
    { request, config, previous }: Omit<OpenPlan, "paneLeft">,
    { call, startedAtMs }: { readonly call: Call; readonly startedAtMs: number },
  ): Promise<OpenOutcome> {
    const cut = previous === undefined ? undefined : await lostWork(this.#context(tmux, previous));
    const paneLeft =
      previous !== undefined && (await lookAtPane(this.#context(tmux, previous))) !== undefined;
    const { context, promptStart, awaiting, checks } = await openSession(
      this.#place,
      { request, config, previous, paneLeft },
      call,
    );
    this.#contexts.set(sessionKey(request.sessionName), context);
    const current = await look(context, await lookAtPane(context));
    const lost = lostBeside(cut, whereNow(context, current));
    const serverInfo = inlineInfo(this.#place, config);
    return {
      ...(await openedFacts(context, current, { promptStart, awaiting })),
      hasServerInfo: config.infoFile !== undefined,
      ...(serverInfo === undefined ? {} : { serverInfo }),
      openedInMs: Math.round(performance.now() - startedAtMs),
      reconnected: previous !== undefined,
      checks,
      ...(lost === undefined ? {} : { lost }),
    };
  }

  async list(): Promise<readonly SessionSummary[]> {
    if (!(await mayHaveSessions(this.#place))) {
      this.#tell(await tellMissingState(this.#place));
      return [];
    }
    const panes = new Map((await listPanes(await this.#tmux())).map((pane) => [pane.name, pane]));
    // The state file may be lost while tmux answers.
    const { tmux, sessions } = await this.#agreed();
    const records = openedOnes(sessions);
    return Promise.all(
      records.map((record) => summarise(this.#context(tmux, record), panes.get(record.session_name))),
    );
  }

  warnings(): readonly string[] {
    return this.#warnings;
  }

  /** The numbers that make our marks ours: hexadecimal digits, to be shown to nobody. */
  hiddenWords(): readonly string[] {
    const sessions = this.#place.state.read();
    if (this.#hidden?.of !== sessions)
      this.#hidden = { of: sessions, words: [...sessions.values()].flatMap(numbersOf) };
    return this.#hidden.words;
  }

  async find(sessionName: string): Promise<Session> {
    const find = () => this.#find(sessionName);
    return new Session(await find(), find);
  }

  async #find(sessionName: string): Promise<SessionContext> {
    const { tmux, sessions } = await this.#agreed();
    let record = sessions.get(sessionKey(sessionName));
    if (record !== undefined && record.phase !== "open") {
      if (!(await sweepOpening(this.#place, tmux, record))) throw stillOpening(record);
      record = this.#place.state.get(sessionName);
    }
    if (record === undefined) throw sessionNotFound(sessionName, sessions);
    return this.#context(tmux, record);
  }

  async close({ sessionName, ...how }: CloseRequest, call: Call): Promise<CloseOutcome> {
    this.#place.links.assertUnmoved();
    await using _ = await lockOpening(this.#place, sessionName, call.signal);
    if (!(await mayHaveSessions(this.#place))) return { sessionName, wasRunning: false, existed: false };
    const tmux = await this.#tmux();
    await undoOpening(this.#place, tmux, sessionName);
    const record = this.#place.state.get(sessionName);
    if (record === undefined) return closeUnrecorded(this.#place, tmux, sessionName, how.force);
    const outcome = await closeSession(this.#place, this.#context(tmux, record), how, call);
    const { session_name: session, connection_config: connection } = record;
    this.#place.secrets.forget(sessionKey(record.session_name));
    this.#contexts.delete(sessionKey(sessionName));
    await recordAct(this.#place.gatehouse, { act: "close", session, connection, client: call.client });
    return outcome;
  }

  async #tmux(): Promise<TmuxServer> {
    return (await this.#agreed()).tmux;
  }

  /** The tmux server and the state file, once they agree; the file may be lost again before all is found. */
  async #agreed(): Promise<{ readonly tmux: TmuxServer; readonly sessions: StateSnapshot }> {
    this.#place.links.assertUnmoved();
    const tmux = await this.#place.tmux();
    for (let tries = 0; ; tries++) {
      const { sessions, isWhole } = this.#place.state.reading;
      if ((this.#recoveredWith === tmux && isWhole) || tries === maxRecoveries) return { tmux, sessions };
      this.#recovering ??= recoverSessions(this.#place, tmux)
        .then((told) => this.#tell(told))
        .finally(() => (this.#recovering = undefined));
      await this.#recovering;
      this.#recoveredWith = tmux;
    }
  }

  #tell(told: readonly string[]): void {
    for (const words of told) if (!this.#warnings.includes(words)) this.#place.warn(words);
    this.#warnings = [...new Set([...this.#warnings, ...told])].slice(-maxWarnings);
  }

  /** What was read of the log is kept until the session is opened anew. */
  #context(tmux: TmuxServer, record: SessionRecord): SessionContext {
    const key = sessionKey(record.session_name);
    const known = this.#contexts.get(key);
    if (known === undefined) this.#forgetClosed();
    const context =
      known !== undefined && followsAll(known, record)
        ? { ...known, tmux, record: withOwnPaths(this.#place, record) }
        : createContext(this.#place, tmux, record);
    this.#contexts.set(key, context);
    return context;
  }

  /** What other processes have closed. */
  #forgetClosed(): void {
    const open = this.#place.state.read();
    for (const key of this.#contexts.keys()) if (!open.has(key)) this.#contexts.delete(key);
  }

  /** The record of a session whose ssh has ended and which this open revives; what a dead process left half open is swept. */
  async #previousRecord(tmux: TmuxServer, request: OpenRequest): Promise<SessionRecord | undefined> {
    await undoOpening(this.#place, tmux, request.sessionName);
    const record = this.#place.state.get(request.sessionName);
    if (record === undefined) {
      await refuseUnrecorded(tmux, request.sessionName);
      return undefined;
    }
    const context = this.#context(tmux, record);
    const current = await look(context, await lookAtPane(context));
    const sameName = record.session_name === request.sessionName;
    const sameConfig = record.connection_config === request.connectionConfigName;
    if (current.state === "disconnected" && sameName && sameConfig) return record;
    throw sessionExists(context, current);
  }
}

function openedOnes(sessions: StateSnapshot): SessionRecord[] {
  return [...sessions.values()].filter(({ phase }) => phase !== "opening");
}
