import type { Mark } from "../shell-integration/mark.ts";
import type { Where } from "./outcome.ts";

/** Log offsets; `end` is exclusive. */
export type Span = { readonly start: number; readonly end: number };

/**
 * A command whose end was told. `counter` is that of the prompt it was typed at, which stands behind `promptAt`; `ran`
 * is false for an empty line or one that the shell did not understand, undefined in shells that do not tell.
 */
export type EndedCommand = {
  readonly counter: number;
  readonly status: number;
  readonly ran?: boolean | undefined;
  readonly promptAt?: number | undefined;
  readonly outputStart?: number | undefined;
  readonly outputEnd: number;
};

/**
 * What the marks of one shell have told so far, as plain JSON: a command typed at the prompt with counter n is ended
 * by the mark n + 1, whoever typed it. `since` is behind the mark with which the phase began.
 */
export type MarkTrack = {
  readonly aid: string;
  /** Its line editor asks for bracketed paste while it waits. */
  readonly bracketed: boolean;
  /** Of its process, on its host. */
  readonly pid?: number | undefined;
  /** The numbers of the marks that its process carried before, and of the shells inside it then. */
  readonly replaces?: readonly string[] | undefined;
  /** The number of its marks stood in output, so that others may know it. */
  readonly seen?: boolean | undefined;
  readonly counter: number;
  readonly phase: "unmarked" | "ended" | "prompt" | "running" | "continuation";
  readonly since: number;
  readonly marksBegin: boolean;
  /** The shell put the line that it could not read back, to be mended. */
  readonly lineLeft: boolean;
  readonly where?: MarkedWhere | undefined;
  readonly promptAt?: number | undefined;
  readonly outputStart?: number | undefined;
  /** The newest few, oldest first. */
  readonly ended: readonly EndedCommand[];
};

/** As Where, with what JSON may leave out. */
export type MarkedWhere = { readonly [Key in keyof Where]?: Where[Key] | undefined };

/** A shell that carries our marks, as it is noted for all processes. */
export type CarriedLevel = Pick<MarkTrack, "aid" | "bracketed" | "pid">;

const keptEnds = 64;

export function startTrack({ aid, bracketed, pid }: CarriedLevel): MarkTrack {
  return {
    aid,
    bracketed,
    pid,
    counter: 0,
    phase: "unmarked",
    since: 0,
    marksBegin: false,
    lineLeft: false,
    ended: [],
  };
}

/**
 * Where the prompt begins of a shell whose editor does not tell: output may stand in front of it on its line, or what a
 * human typed before it came.
 */
export function plainPromptAt(track: MarkTrack | undefined): number | undefined {
  return track?.phase === "prompt" && !track.bracketed ? track.since : undefined;
}

/**
 * The shells one inside the other, the outermost first, after one more mark. An end or a prompt of an outer shell says
 * that the inner ones are gone; those that nothing was heard of yet are still to come.
 */
export function takeLevelMark(levels: readonly MarkTrack[], mark: Mark, place: Span): readonly MarkTrack[] {
  if (mark.kind === "loader-ready" || mark.kind === "refused") return levels;
  const at = levels.findIndex(({ aid }) => aid === mark.aid);
  const track = levels[at];
  const next = track === undefined ? undefined : takeMark(track, mark, place);
  if (next === undefined || next === track) return levels;
  if (track?.where === undefined && next.where !== undefined) return replaceShell(levels, next);
  const isBack = mark.kind === "command-ended" || mark.kind === "prompt";
  return levels.flatMap((level, index) => {
    if (index === at) return [next];
    return isBack && index > at && level.phase !== "unmarked" ? [] : [level];
  });
}

/** A shell tells the begin of each of several lines that it was given as one. */
export function isRepeatedBegin(levels: readonly MarkTrack[], mark: Mark): boolean {
  if (mark.kind !== "command-began") return false;
  return levels.some(({ aid, counter }) => aid === mark.aid && counter === mark.counter);
}

export function noteSeen(levels: readonly MarkTrack[], seen: readonly string[]): readonly MarkTrack[] {
  return levels.map((level) => (seen.includes(level.aid) ? { ...level, seen: true } : level));
}

/** The first prompt of a shell. Where its process carried marks before, it has lost them or runs another program now. */
function replaceShell(levels: readonly MarkTrack[], shell: MarkTrack): readonly MarkTrack[] {
  const before = levels.findIndex(
    ({ aid, pid, phase, where }) =>
      aid !== shell.aid &&
      phase !== "unmarked" &&
      pid !== undefined &&
      pid === shell.pid &&
      where?.host === shell.where?.host,
  );
  const at = levels.findIndex(({ aid }) => aid === shell.aid);
  if (before < 0 || before > at) return levels.with(at, shell);
  const gone = levels.slice(before, at);
  const replaces = gone.flatMap(({ aid, replaces: earlier = [] }) => [...earlier, aid]);
  return [...levels.slice(0, before), { ...shell, replaces }, ...levels.slice(at + 1)];
}

/** A mark of another shell, or whose counter does not go on from the last one, is a replay and changes nothing. */
export function takeMark(track: MarkTrack, mark: Mark, place: Span): MarkTrack {
  if (mark.kind === "loader-ready" || mark.kind === "refused" || mark.aid !== track.aid) return track;
  switch (mark.kind) {
    case "command-began":
      if (mark.counter !== track.counter || track.phase === "running") return track;
      return { ...track, phase: "running", since: place.end, outputStart: place.end };
    case "command-ended":
      return mark.counter > track.counter ? ended(track, mark, place) : track;
    case "prompt": {
      // A greater one says that the end in between was missed.
      const isNext =
        mark.counter > track.counter || (mark.counter === track.counter && track.phase !== "running");
      if (!isNext && track.phase !== "unmarked") return track;
      const { counter, marksBegin, lineLeft } = mark;
      const where = whereOf(mark);
      return {
        ...track,
        counter,
        phase: "prompt",
        since: place.end,
        marksBegin,
        lineLeft,
        where,
        promptAt: place.end,
        outputStart: undefined,
      };
    }
    case "continuation":
      if (mark.counter !== track.counter || track.phase === "running") return track;
      return { ...track, phase: "continuation", since: place.end };
  }
}

function ended(track: MarkTrack, mark: Extract<Mark, { kind: "command-ended" }>, place: Span): MarkTrack {
  const isNext = mark.counter === track.counter + 1;
  const command: EndedCommand = {
    counter: mark.counter - 1,
    status: mark.status,
    ran: track.marksBegin ? isNext && track.phase === "running" : undefined,
    promptAt: isNext ? track.promptAt : undefined,
    outputStart: isNext ? track.outputStart : undefined,
    outputEnd: place.start,
  };
  const kept = [...track.ended, command].slice(-keptEnds);
  return {
    ...track,
    counter: mark.counter,
    phase: "ended",
    since: place.end,
    promptAt: undefined,
    outputStart: undefined,
    ended: kept,
  };
}

function whereOf({ user, host, folder }: Extract<Mark, { kind: "prompt" }>): Where {
  return {
    ...(user === undefined ? {} : { user, isRoot: user === "root" }),
    ...(host === undefined ? {} : { host }),
    ...(folder === undefined ? {} : { cwd: folder }),
  };
}
