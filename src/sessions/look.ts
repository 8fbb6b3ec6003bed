import type { FolderWatch } from "../platform/folder-watch.ts";
import type { MuxSession } from "../ssh/mux.ts";
import type { Ledger } from "../state/ledger.ts";
import type { LogStore } from "../state/log-store.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { paneFacts, type PaneFacts } from "../tmux/pane.ts";
import { reopenRecorder } from "../tmux/recorder.ts";
import type { TmuxServer } from "../tmux/server.ts";
import {
  deriveState,
  drawnPlaces,
  type Background,
  type DerivedState,
  type EnterFate,
  type StreamFacts,
} from "./derive-state.ts";
import { judgeWaiting } from "./judge-waiting.ts";
import type { Link } from "./link.ts";
import type { MarkTrack } from "./mark-track.ts";
import { mayOpenShell } from "./nested-shell.ts";
import type { Oracle } from "./oracle.ts";
import { commandInFront, lastSentCommand } from "./sent-command.ts";
import type { Terminal } from "./terminal.ts";
import type { TransferRules } from "./transfer/local-place.ts";
import type { Turns } from "./turns.ts";

/** One open session as this process follows it. */
export type SessionContext = {
  readonly record: SessionRecord;
  readonly tmux: TmuxServer;
  readonly log: LogStore;
  readonly logName: string;
  readonly logWatch: FolderWatch;
  readonly ledger: Ledger;
  readonly terminal: Terminal;
  readonly oracle: Oracle;
  readonly mux: MuxSession;
  /** As the configuration has them now. */
  readonly transferRules: () => TransferRules;
  readonly link: Link;
  readonly turns: Turns;
  readonly inputLockPath: string;
  /** Notes for all processes that one more shell carries our marks. */
  readonly rememberLevel: (level: SessionRecord["levels"][number]) => Promise<void>;
};

/** What a session is doing just now; `pane` is missing when tmux has it no more. */
export type Look = DerivedState & {
  readonly pane: PaneFacts | undefined;
  readonly quietMs: number;
  /** Set where the host can tell better than the text whether input is waited for: what the text looks like. */
  readonly question?: "plain" | "likely" | undefined;
};

/** Asks tmux about the pane; a recorder that died is started again. */
export async function lookAtPane(session: SessionContext): Promise<PaneFacts | undefined> {
  const { session_name: name } = session.record;
  const pane = await paneFacts(session.tmux, name);
  if (pane !== undefined && !pane.dead && !pane.pipeOpen) await reopenRecorder(session.tmux, name);
  return pane;
}

/**
 * Reads the stream to its end and derives the state. A pane that is gone or dead is disconnected whatever the stream
 * says; an end mark counts only once the wrapper has let ssh go, since a host may print our own log back at us.
 */
export async function look(session: SessionContext, known: PaneFacts | undefined): Promise<Look> {
  const { terminal, record, tmux } = session;
  await terminal.catchUp();
  const unsettled = terminal.end !== undefined && known?.programEnded === false;
  const pane = unsettled ? await paneFacts(tmux, record.session_name) : known;
  const { quietMs } = terminal;
  if (pane === undefined || pane.dead) return { state: "disconnected", confidence: "quiet", pane, quietMs };
  const facts = terminal.facts(pane.programEnded);
  const background = backgroundOf(session);
  const byText = deriveState(facts, background);
  const question = questionOn(session, facts, byText);
  const answer = question === undefined ? undefined : session.oracle.answerAt(terminal.offset);
  const derived =
    answer === undefined
      ? byText
      : judgeWaiting(
          byText,
          answer,
          facts.cursorLines[0],
          runningIn(terminal),
          drawnPlaces(facts, background),
        );
  if (derived.prompt !== undefined && derived.typed === "") {
    terminal.levels.settle(record.prompt, derived.prompt);
  }
  return { ...derived, pane, quietMs, question };
}

const questionQuietMs = 300;

/** A command that runs may wait for input; or what looks like a shell inside it does not wait. */
function questionOn(session: SessionContext, facts: StreamFacts, derived: DerivedState): Look["question"] {
  const { marks } = session.terminal;
  // A menu or another forced command instead of a shell is left alone.
  if (session.record.phase !== "open" || session.record.levels.length === 0) return undefined;
  if (facts.quietMs < questionQuietMs) return undefined;
  // A line editor says by itself that it waits, but a program that was killed may have left that switched on.
  const atEditor = derived.state === "idle" || derived.awaiting?.kind === "repl";
  if (facts.bracketedPaste && atEditor) return undefined;
  const isRunning =
    marks === undefined ||
    marks.phase === "running" ||
    (marks.phase === "prompt" && sentSince(session, marks));
  if (!isRunning || derived.awaiting?.kind === "continuation") return undefined;
  if (derived.state === "running") return "plain";
  if (derived.state === "fullscreen") return facts.alternateScreen ? undefined : "likely";
  const isGuess = derived.state === "idle" && marks !== undefined && derived.confidence !== "exact";
  return derived.state === "awaiting_input" || isGuess ? "likely" : undefined;
}

function runningIn({ marks }: Terminal): DerivedState {
  return { state: "running", confidence: marks === undefined ? "prompt" : "exact" };
}

function sentSince(session: SessionContext, { since }: MarkTrack): boolean {
  return (lastSentCommand(session)?.offset ?? -1) >= since;
}

function backgroundOf(session: SessionContext): Background {
  return {
    prompts: session.terminal.levels.known(session.record.prompt),
    mayOpenShell: () => mayOpenShell(commandInFront(session) ?? ""),
    lastEnter: () => lastEnter(session),
    lastEnterAt: () => lastSentCommand(session)?.offset ?? -1,
  };
}

function lastEnter(session: SessionContext): EnterFate {
  const { terminal } = session;
  const sent = lastSentCommand(session);
  if (sent === undefined || terminal.inputStart >= sent.offset) return "taken";
  return terminal.offset > sent.offset ? "held" : "unseen";
}
