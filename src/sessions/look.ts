import type { FolderWatch } from "../platform/folder-watch.ts";
import type { MemoryBound } from "../platform/memory-bound.ts";
import type { Gatehouse } from "../policy/gatehouse.ts";
import type { MuxSession } from "../ssh/mux.ts";
import type { Ledger } from "../state/ledger.ts";
import type { LogStore } from "../state/log-store.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { paneFacts, type PaneFacts } from "../tmux/pane.ts";
import { reopenRecorder } from "../tmux/recorder.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { atShellPrompt } from "./at-prompt.ts";
import {
  askQuietMs,
  deriveState,
  drawnPlaces,
  type Background,
  type DerivedState,
  type EnterFate,
  type StreamFacts,
} from "./derive-state.ts";
import { isInputUnderWay } from "./input-under-way.ts";
import { judgeWaiting } from "./judge-waiting.ts";
import type { Link } from "./link.ts";
import { loginState } from "./login-state.ts";
import type { MarkTrack } from "./mark-track.ts";
import { mendLog } from "./mend-log.ts";
import { mayLoseMarks, mayOpenShell } from "./nested-shell.ts";
import type { Answer, Oracle } from "./oracle.ts";
import { looksLikePrompt, type LearnedPrompt } from "./prompt.ts";
import { commandInFront, lastSentCommand } from "./sent-command.ts";
import type { SessionSecrets } from "./session-secrets.ts";
import type { Terminal } from "./terminal.ts";
import type { TransferRules } from "./transfer/local-place.ts";
import type { Turns } from "./turns.ts";

/** One open session as this process follows it. */
export type SessionContext = {
  readonly record: SessionRecord;
  /** As any process has noted it last; undefined once it is closed. */
  readonly recordNow: () => SessionRecord | undefined;
  readonly tmux: TmuxServer;
  readonly log: LogStore;
  readonly logName: string;
  readonly logWatch: FolderWatch;
  readonly ledger: Ledger;
  readonly terminal: Terminal;
  readonly oracle: Oracle;
  readonly secrets: SessionSecrets;
  readonly gatehouse: Gatehouse;
  /** Where commands of people ended that this process has seen to the record of. */
  readonly humansRecorded: Set<number>;
  readonly mux: MuxSession;
  /** As the configuration has them now. */
  readonly transferRules: () => TransferRules;
  readonly link: Link;
  readonly turns: Turns;
  /** Of all sessions. */
  readonly rendering: Turns;
  readonly memory: MemoryBound;
  readonly inputLockPath: string;
  readonly logLockPath: string;
  /** With which a human takes part in the terminal. */
  readonly attachCommand: string;
  /** Prompts of what did not take our marks. */
  readonly unmarkable: Set<string>;
  /** Notes for all processes that one more shell carries our marks. */
  readonly rememberLevel: (level: SessionRecord["levels"][number]) => Promise<void>;
  /** Notes for all processes what became of marks that were due; no level where the login shell took none. */
  readonly rememberLogin: (prompt: LearnedPrompt, level?: SessionRecord["levels"][number]) => Promise<void>;
};

/** What a session is doing just now; `pane` is missing when tmux has it no more. */
export type Look = DerivedState & {
  readonly pane: PaneFacts | undefined;
  readonly quietMs: number;
  /** Set where the host can tell better than the text whether input is waited for: what the text looks like. */
  readonly question?: "plain" | "likely" | undefined;
  /** The host says that a shell waits at this prompt: the one whose marks were heard last, or another. */
  readonly shellWaits?: "own" | "other" | undefined;
  /** In a moment it may turn out that a shell waits: its prompt is being drawn, or the host is still to tell. */
  readonly isDoubtful?: boolean;
};

const stillMs = 250;

/** Asks tmux about the pane; a recorder that died is started again. */
export async function lookAtPane(session: SessionContext): Promise<PaneFacts | undefined> {
  const { session_name: name } = session.record;
  const askedAtMs = performance.now();
  const pane = await paneFacts(session.tmux, name);
  if (performance.now() - askedAtMs >= stillMs) {
    session.terminal.silenceFromMs = performance.now();
    session.oracle.forget();
  }
  if (pane === undefined || pane.dead) return pane;
  await mendLog(session);
  if (!pane.pipeOpen) await reopenRecorder(session.tmux, name);
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
  const facts = terminal.facts(pane.programEnded, lastSentCommand(session)?.offset);
  const login = isMarked(session) ? undefined : loginState(pane.tty, facts);
  if (login !== undefined) return { ...login, pane, quietMs };
  const background = backgroundOf(session);
  const byText = deriveState(facts, background);
  const question = questionOn(session, facts, byText);
  const isDoubtful = isDrawing(session, facts, byText) || isOpenQuestion(session, facts, byText);
  const answer = question === undefined ? undefined : session.oracle.answerAt(terminal.offset);
  const shell = terminal.marks?.pid;
  const isOwn = shell !== undefined && answer?.pids.includes(shell) === true;
  const mayBeNew = facts.lineLost === true || !isOwn || !facts.bracketedPaste || background.mayOpenShell();
  const atPrompt = answer?.verdict === "prompt" ? atShellPrompt(facts, background, { mayBeNew }) : undefined;
  const derived = judgedState(session, facts, background, { byText, answer, atPrompt });
  if (derived.prompt !== undefined && derived.typed === "") {
    terminal.levels.settle(record.prompt, derived.prompt, terminal.marks?.since);
  }
  return {
    ...derived,
    pane,
    quietMs,
    question,
    isDoubtful,
    shellWaits: atPrompt && (isOwn ? "own" : "other"),
  };
}

/** What the text gave, as far as the host does not know better and nothing of ours is on its way. */
function judgedState(
  session: SessionContext,
  facts: StreamFacts,
  background: Background,
  { byText, answer, atPrompt }: Readings,
): DerivedState {
  const running = runningIn(session.terminal);
  const drawn = drawnPlaces(facts, background);
  const line = facts.cursorLines[0];
  const judged =
    answer === undefined ? byText : judgeWaiting(byText, answer, { line, drawn, running, atPrompt });
  return judged.state === "awaiting_input" && isInputUnderWay(session, answer) ? running : judged;
}

type Readings = {
  readonly byText: DerivedState;
  readonly answer: Answer | undefined;
  readonly atPrompt: DerivedState | undefined;
};

const redrawnQuietMs = 50;

/** A state file that was lost has forgotten what this process still knows. */
function isMarked({ record, terminal }: SessionContext): boolean {
  return record.levels.length > 0 || terminal.marks !== undefined;
}

/** A command that runs may wait for input, or a shell may wait in front of it or without its marks. */
function questionOn(session: SessionContext, facts: StreamFacts, derived: DerivedState): Look["question"] {
  if (!isTold(session) || facts.quietMs < askQuietMs) return undefined;
  if (derived.awaiting?.kind === "continuation") return undefined;
  if (maybePrompt(session, facts, derived)) return "likely";
  // A line editor says by itself that it waits, but a program that was killed may have left that switched on.
  const atEditor = derived.state === "idle" || derived.awaiting?.kind === "repl";
  if (facts.bracketedPaste && atEditor) return undefined;
  if (derived.state === "running") return "plain";
  if (derived.state === "fullscreen") return facts.alternateScreen ? undefined : "likely";
  return derived.state === "awaiting_input" ? "likely" : undefined;
}

/** Whether there is anything that the host can tell: a menu or another forced command instead of a shell is left alone. */
function isTold(session: SessionContext): boolean {
  const { record, terminal } = session;
  if (record.phase !== "open" || record.integrated !== true) return false;
  const { marks } = terminal;
  if (marks?.phase === "prompt") return sentSince(session, marks);
  return marks?.phase !== "continuation";
}

/** The shell has told that it comes to its prompt, or draws it again, as zsh does when a job ends. */
function isDrawing(session: SessionContext, { quietMs }: StreamFacts, derived: DerivedState): boolean {
  const { marks } = session.terminal;
  const isBetween = marks?.phase === "ended" || (marks?.phase === "prompt" && !sentSince(session, marks));
  if (!isBetween) return false;
  return derived.state === "running" || ((derived.typed ?? "") !== "" && quietMs < redrawnQuietMs);
}

function isOpenQuestion(session: SessionContext, facts: StreamFacts, derived: DerivedState): boolean {
  const { terminal, oracle } = session;
  const isOpen = isTold(session) && oracle.isAvailable && oracle.answerAt(terminal.offset) === undefined;
  return isOpen && maybePrompt(session, facts, derived);
}

/** A prompt that text alone tells, or that what runs shows; without any marks text must do. */
function maybePrompt(
  { terminal, unmarkable }: SessionContext,
  { cursorLines }: StreamFacts,
  { state, prompt }: DerivedState,
): boolean {
  const line = cursorLines[0];
  if (prompt !== undefined) return terminal.marks !== undefined && !unmarkable.has(prompt.text);
  return state === "unknown" || (state === "running" && line?.after === "" && looksLikePrompt(line.before));
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
    emptyPromptAt: session.terminal.levels.emptyAt,
    mayOpenShell: () => mayShowPrompt(session),
    lastEnter: () => lastEnter(session),
    lastEnterAt: () => lastSentCommand(session)?.offset ?? -1,
  };
}

/** What a human ran is not known, so that a line editor must do. */
function mayShowPrompt(session: SessionContext): boolean {
  const command = commandInFront(session);
  if (command === undefined) return session.terminal.bracketedPaste;
  return mayOpenShell(command) || mayLoseMarks(command, session.terminal.marks);
}

const maxEchoBytes = 65_536;
const lineFeed = 0x0a;

/** Without a new line, what came since may be the rest of what was typed before the Enter. */
function lastEnter(session: SessionContext): EnterFate {
  const { terminal } = session;
  const sent = lastSentCommand(session);
  if (sent === undefined || terminal.inputStart >= sent.offset) return "taken";
  const since = session.log.read(sent.offset, Math.min(terminal.offset, sent.offset + maxEchoBytes)).bytes;
  return since.includes(lineFeed) ? "held" : "unseen";
}
