import { renderCursor } from "../base/cursor.ts";
import type { SessionContext } from "./look.ts";
import type { Where } from "./outcome.ts";
import { matchPrompt } from "./prompt.ts";
import { readRange } from "./read-output.ts";
import { noteEnd, noteToldEnd } from "./recorded-command.ts";
import { lastSentCommand, sentOf, toldEnd, type SentCommand } from "./sent-command.ts";
import { placeOf } from "./terminal-facts.ts";

/** What the end of the connection cut off. `where`: the place that the shell was at, and how deep inside others. */
export type Lost = {
  readonly commandId?: string;
  readonly command?: string;
  readonly where?: Where;
  readonly outputUntil: string;
};

/** Of ssh itself when the connection broke; more is a signal that ended it. */
const brokenStatus = 255;
const signalStatus = 128;

/**
 * What ssh's end has cut off: the command that ran, which is noted, and the place that its shell was at. Undefined where
 * somebody left the shell, or nothing is known. To be called when the stream was read to its end.
 */
export async function lostWork(session: SessionContext): Promise<Lost | undefined> {
  const { terminal, record } = session;
  noteToldEnd(session);
  if (hasEndedByItself(session)) return undefined;
  const until = terminal.end?.offset ?? terminal.offset;
  const sent = await cutOff(session, until);
  if (sent !== undefined) noteEnd(session, sent, { outputEnd: until, cut: true });
  const where = lastPlace(session);
  if (sent === undefined && where === undefined) return undefined;
  return {
    ...(sent === undefined ? {} : { commandId: sent.id, command: sent.command }),
    ...(where === undefined ? {} : { where }),
    outputUntil: renderCursor({ incarnation: record.incarnation, offset: until }),
  };
}

/** Where nothing ran and the new shell is where the old one was, nothing is lost. */
export function lostBeside(lost: Lost | undefined, now: Where | undefined): Lost | undefined {
  if (lost === undefined || lost.commandId !== undefined) return lost;
  const names = ["user", "host", "cwd", "depth"] as const;
  return now !== undefined && names.every((name) => lost.where?.[name] === now[name]) ? undefined : lost;
}

function hasEndedByItself({ terminal }: SessionContext): boolean {
  const status = terminal.end?.status;
  return status !== undefined && status !== brokenStatus && status < signalStatus;
}

/** The command in front: at the prompt of an inner shell the one that had opened it. */
async function cutOff(session: SessionContext, until: number): Promise<SentCommand | undefined> {
  const { shellLevels } = session.terminal;
  const sent = lastSentCommand(session);
  const runs = sent !== undefined && toldEnd(session, sent) === undefined && !isNoted(session, sent);
  if (runs && sent.aid === undefined)
    return (await wasAtPrompt(session, sent.offset, until)) ? undefined : sent;
  if (runs && shellLevels.some(({ aid }) => aid === sent.aid)) return sent;
  const outer = shellLevels.findLast(({ phase }) => phase === "running");
  const opener = outer && sentOf(session, outer);
  return opener !== undefined && isNoted(session, opener) ? undefined : opener;
}

/** Somebody has told that it ended, be it by its prompt alone. */
function isNoted({ ledger }: SessionContext, { id }: SentCommand): boolean {
  const end = ledger.findEnd(id);
  return end !== undefined && end.cut !== true;
}

function lastPlace({ terminal }: SessionContext): Where | undefined {
  const { shellLevels } = terminal;
  const place = shellLevels.at(-1)?.where;
  return place && placeOf(place, shellLevels.length - 1);
}

async function wasAtPrompt(session: SessionContext, from: number, until: number): Promise<boolean> {
  const { record, terminal } = session;
  const { prompt } = record;
  if (prompt === undefined) return false;
  // The editor that took the command's Enter may not have told any more that it left the line.
  if (prompt.bracketed) return terminal.bracketedPaste && terminal.inputStart >= from;
  const lines = (await readRange(session, from, until)).output.split("\n").slice(1);
  return lines.some((line) => matchPrompt(prompt, line)?.typed === "");
}
