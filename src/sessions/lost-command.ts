import { renderCursor } from "../base/cursor.ts";
import type { SessionContext } from "./look.ts";
import type { OpenOutcome } from "./outcome.ts";
import { matchPrompt } from "./prompt.ts";
import { readRange } from "./read-output.ts";
import { noteEnd } from "./recorded-command.ts";
import { lastSentCommand, toldEnd } from "./sent-command.ts";

/** Of ssh itself when the connection broke; more is a signal that ended it. */
const brokenStatus = 255;
const signalStatus = 128;

/** Notes the command that ssh's end cut off, if one was running. To be called when the stream was read to its end. */
export async function lostCommand(session: SessionContext): Promise<OpenOutcome["lost"]> {
  const { terminal, record } = session;
  const sent = lastSentCommand(session);
  const until = terminal.end?.offset ?? terminal.offset;
  if (sent === undefined) return undefined;
  const told = toldEnd(session, sent);
  if (told !== undefined) noteEnd(session, sent, told);
  if (told !== undefined || hasEndedByItself(session)) return undefined;
  if (await wasAtPrompt(session, sent.offset, until)) return undefined;
  noteEnd(session, sent, { outputEnd: until, cut: true });
  return {
    commandId: sent.id,
    command: sent.command,
    outputUntil: renderCursor({ incarnation: record.incarnation, offset: until }),
  };
}

function hasEndedByItself({ terminal }: SessionContext): boolean {
  const status = terminal.end?.status;
  return status !== undefined && status !== brokenStatus && status < signalStatus;
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
