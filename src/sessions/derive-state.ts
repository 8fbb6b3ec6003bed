import { atPrompt, cursorLine, firstFound, idleAt, plainPromptAfterOutput } from "./at-prompt.ts";
import { classifyAwaiting, classifyQuestion, continuationAt } from "./awaiting.ts";
import type { MarkTrack } from "./mark-track.ts";
import type { Awaiting, Confidence, State } from "./outcome.ts";
import { looksLikePrompt, type LearnedPrompt } from "./prompt.ts";

/** The line with the cursor, split there; `start` is its place in the log. */
export type CursorLine = { readonly start: number; readonly before: string; readonly after: string };

/** What the stream says just now. `cursorLines` are readings of the last line, the likeliest first. */
export type StreamFacts = {
  readonly ended: boolean;
  readonly alternateScreen: boolean;
  readonly bracketedPaste: boolean;
  /** Where the last few movements of the cursor to a place on the main screen stand in the log. */
  readonly addressing: readonly number[];
  readonly cursorLines: readonly CursorLine[];
  /** Where the line with the cursor begins in the log, whatever stands on it. */
  readonly lineStart: number;
  /** What came after our last Enter was not recorded: the line that it was pressed on may be gone. */
  readonly lineLost?: boolean;
  readonly quietMs: number;
  readonly marks?: MarkTrack | undefined;
};

/**
 * What became of our last Enter: `taken` by the shell, `held` by a line editor that goes on with the line, or
 * `unseen`, since nothing has come back yet.
 */
export type EnterFate = "taken" | "held" | "unseen";

/** What is known of the session beside the stream; the last command is asked for only where it decides. */
export type Background = {
  /** The prompts to recognise, the innermost shell's first. */
  readonly prompts: readonly LearnedPrompt[];
  /** Whether what runs may have put a shell with another prompt in front. */
  readonly mayOpenShell: () => boolean;
  readonly lastEnter: () => EnterFate;
  /** Where in the log our last Enter was pressed; -1 without one. */
  readonly lastEnterAt: () => number;
  /** Where the last prompt without any text was seen, as `MarkTrack.since`. */
  readonly emptyPromptAt?: number | undefined;
};

export type DerivedState = {
  readonly state: State;
  readonly confidence: Confidence;
  readonly awaiting?: Awaiting;
  /** At a prompt: the prompt as it stands, where it begins in the log, and the text on its line that nobody has sent. */
  readonly prompt?: LearnedPrompt;
  readonly promptStart?: number;
  readonly typed?: string;
};

/** Shells without bracketed paste draw a prompt that output could imitate: silence must follow it. */
const plainPromptQuietMs = 150;
const newPromptQuietMs = 100;
const newPlainPromptQuietMs = 300;
const awaitingQuietMs = 300;
export const questionQuietMs = 1_000;
/** When the host is asked: not yet within the grace of a call that does not wait, whose answer would soon be outdated. */
export const askQuietMs = 250;

/** The quiet times at which a derived state may change though nothing came. */
export const quietSteps: readonly number[] = [
  20,
  50,
  newPromptQuietMs,
  plainPromptQuietMs,
  200,
  askQuietMs,
  awaitingQuietMs,
  questionQuietMs,
  2_500,
];

const running: DerivedState = { state: "running", confidence: "prompt" };
const exactlyRunning: DerivedState = { state: "running", confidence: "exact" };
export const drawing: DerivedState = { state: "fullscreen", confidence: "quiet" };
/** Without a word of the host, so many movements make a full-screen program. */
const drawsByText = 8;
const drawnQuietMs = 50;
/** A prompt without any text is rare; one that is still to be drawn is not. */
const emptyPromptQuietMs = 1_000;
/** A line that the shell leaves to be mended is drawn again within this time. */
const leftLineQuietMs = 200;
/** So long after a command's end without a prompt, the shell is not the one any more that set its marks up. */
const lostPromptQuietMs = 1_000;

export function deriveState(facts: StreamFacts, background: Background): DerivedState {
  if (facts.ended) return { state: "disconnected", confidence: "exact" };
  if (facts.alternateScreen) return { state: "fullscreen", confidence: "prompt" };
  return byMarks(facts, background) ?? byPrompt(facts, background);
}

/** The shell itself told: only while a command of its runs is there more to find out. */
function byMarks(facts: StreamFacts, background: Background): DerivedState | undefined {
  const { marks } = facts;
  switch (marks?.phase) {
    case undefined:
    case "unmarked":
      return undefined;
    case "ended":
      return facts.quietMs < lostPromptQuietMs ? exactlyRunning : undefined;
    case "continuation":
      return atContinuation(facts);
    case "prompt":
      return atMarkedPrompt(facts, marks, background);
    case "running":
      return whileRunning(facts, background);
  }
}

function atContinuation({ cursorLines }: StreamFacts): DerivedState {
  const prompt = cursorLines[0]?.before ?? "";
  return { state: "awaiting_input", confidence: "exact", awaiting: { kind: "continuation", prompt } };
}

/** Between the mark and the prompt's last character, and from Enter to the next mark, nothing can be typed. */
function atMarkedPrompt(facts: StreamFacts, marks: MarkTrack, background: Background): DerivedState {
  const { prompts } = background;
  if (background.lastEnterAt() >= marks.since) {
    return marks.marksBegin ? afterMarkedEnter(facts, background) : whileRunning(facts, background);
  }
  const isEditing = facts.bracketedPaste || !marks.bracketed;
  if (!isEditing) return exactlyRunning;
  const line = cursorLine(facts);
  const { emptyPromptAt } = background;
  if (emptyPromptAt === marks.since)
    return { ...idleAt(emptyPrompt(facts), line.start, line.before + line.after), confidence: "exact" };
  const known = firstFound(prompts, (each) => atPrompt(facts, each));
  const owesLine = marks.lineLeft && background.lastEnterAt() >= 0 && facts.quietMs < leftLineQuietMs;
  if (known?.typed === "" && owesLine) return exactlyRunning;
  if (known !== undefined) return { ...known, confidence: "exact" };
  const isLikely = line.before.trim() !== "" || emptyPromptAt !== undefined;
  if (facts.quietMs < (isLikely ? drawnQuietMs : emptyPromptQuietMs)) return exactlyRunning;
  const drawn = { text: line.before, bracketed: facts.bracketedPaste };
  return { ...idleAt(drawn, line.start, line.after), confidence: "exact" };
}

function emptyPrompt({ bracketedPaste }: StreamFacts): LearnedPrompt {
  return { text: "", bracketed: bracketedPaste };
}

/** These shells tell at once that a command began, but fish holds what it cannot read in its editor and tells nothing. */
function afterMarkedEnter(facts: StreamFacts, background: Background): DerivedState {
  if (facts.quietMs < awaitingQuietMs) return exactlyRunning;
  const held = byPrompt(facts, background);
  return held.state === "idle" || held.state === "running" ? exactlyRunning : held;
}

/** Only a shell inside the command, or a question of its: the prompt of the shell that runs it would be imitated. */
function whileRunning(facts: StreamFacts, background: Background): DerivedState {
  const inner = byPrompt(facts, { ...background, prompts: background.prompts.slice(0, -1) });
  const isWaiting = inner.state === "awaiting_input" || (inner.state === "idle" && background.mayOpenShell());
  if (isWaiting) return inner;
  return drawnPlaces(facts, background) < drawsByText ? exactlyRunning : drawing;
}

/** How often what runs now has moved the cursor to a place of the main screen. */
export function drawnPlaces({ addressing, marks }: StreamFacts, { lastEnterAt }: Background): number {
  const since = Math.max(marks?.since ?? 0, lastEnterAt());
  return addressing.filter((at) => at > since).length;
}

function byPrompt(facts: StreamFacts, background: Background): DerivedState {
  const prompt = atKnownPrompt(facts, background.prompts);
  if (prompt?.typed === "") return prompt;
  return (
    afterEnter(facts, background) ??
    prompt ??
    atNewPrompt(facts, background) ??
    awaitingInput(facts) ??
    (background.prompts.length === 0 ? { state: "unknown", confidence: "quiet" } : running)
  );
}

function atKnownPrompt(facts: StreamFacts, prompts: readonly LearnedPrompt[]): DerivedState | undefined {
  if (facts.bracketedPaste) {
    const found = firstFound(prompts, (learned) =>
      learned.bracketed ? atPrompt(facts, learned) : undefined,
    );
    if (found !== undefined) return found;
  }
  const plain = atPlainPrompt(facts, prompts);
  return plain === undefined || facts.quietMs >= plainPromptQuietMs ? plain : running;
}

/** vim and python leave bracketed paste switched on behind them, which a shell without line editor keeps. */
function atPlainPrompt(facts: StreamFacts, prompts: readonly LearnedPrompt[]): DerivedState | undefined {
  if (facts.bracketedPaste) return prompts[0]?.bracketed === false ? atPrompt(facts, prompts[0]) : undefined;
  return firstFound(prompts, (learned) =>
    learned.bracketed ? undefined : (atPrompt(facts, learned) ?? plainPromptAfterOutput(facts, learned)),
  );
}

/** Text that stands on the line of an editor is not unsent when its Enter was pressed. */
function afterEnter(facts: StreamFacts, background: Background): DerivedState | undefined {
  const line = facts.cursorLines[0];
  const byEditor = facts.bracketedPaste && background.prompts[0]?.bracketed !== false;
  if (!byEditor || line === undefined) return undefined;
  const enter = background.lastEnter();
  if (enter === "taken") return undefined;
  if (enter === "unseen" || facts.quietMs < awaitingQuietMs) return running;
  return { state: "awaiting_input", confidence: "quiet", awaiting: continuationAt(line.before) };
}

/** Something waits behind a prompt not seen before: a shell inside the shell, or one whose prompt has changed. */
function atNewPrompt(facts: StreamFacts, { prompts, mayOpenShell }: Background): DerivedState | undefined {
  const { bracketedPaste, quietMs } = facts;
  const line = facts.cursorLines[0];
  if (line === undefined || line.after !== "") return undefined;
  if (quietMs < (bracketedPaste ? newPromptQuietMs : newPlainPromptQuietMs)) return undefined;
  const atShell = bracketedPaste || prompts[0]?.bracketed === false;
  const awaiting = classifyAwaiting(line.before, { atShell });
  const confidence = bracketedPaste ? "prompt" : "quiet";
  if (awaiting !== undefined) return { state: "awaiting_input", confidence, awaiting };
  if (!looksLikePrompt(line.before) || (!bracketedPaste && !mayOpenShell())) return undefined;
  return idleAt({ text: line.before, bracketed: bracketedPaste }, line.start, "");
}

function awaitingInput({ cursorLines, quietMs }: StreamFacts): DerivedState | undefined {
  const line = cursorLines[0];
  if (quietMs < questionQuietMs || line === undefined || line.after !== "") return undefined;
  const awaiting = classifyQuestion(line.before);
  return awaiting === undefined ? undefined : { state: "awaiting_input", confidence: "quiet", awaiting };
}
