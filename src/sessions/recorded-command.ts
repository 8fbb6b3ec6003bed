import { UserError } from "../base/user-error.ts";
import { momentNow } from "../platform/moment.ts";
import { recordAct } from "../policy/gatehouse.ts";
import { endThatCounts } from "../state/ledger-records.ts";
import type { EndedRecord, Ledger, LedgerRecord } from "../state/ledger.ts";
import type { SessionContext } from "./look.ts";
import type { EndedCommand } from "./mark-track.ts";
import { outputStart } from "./read-output.ts";
import { isOfEpoch, isUntold, lastSentCommand, toldEnd, type SentCommand } from "./sent-command.ts";
import type { Terminal } from "./terminal.ts";

const lineSearchBytes = 65_536;
const lineFeed = 0x0a;

/** A command of the ledger whose Enter was pressed; `end` once that is known. */
export type RecordedCommand = { readonly sent: LedgerRecord; readonly end: EndedRecord | undefined };

/** Notes how a command has ended, unless that was done: by whoever sees it first, since later the marks are gone. */
export function noteEnd(
  { ledger, gatehouse, record }: SessionContext,
  { id }: Pick<SentCommand, "id">,
  {
    ran,
    status,
    outputStart: start,
    outputEnd: end,
    cut,
  }: Omit<EndedCommand, "status" | "counter"> & { status?: number; cut?: true },
): void {
  const known = ledger.findEnd(id);
  const ended: Omit<EndedRecord, "at" | "up"> = {
    step: "ended",
    id,
    ...(status === undefined || ran === false ? {} : { exit: status }),
    ...(ran === undefined ? {} : { ran }),
    ...(start === undefined ? {} : { start }),
    ...(cut === undefined ? {} : { cut }),
    end,
  };
  if (endThatCounts(known, ended) !== ended) return;
  appendIfPossible(ledger, { ...ended, ...momentNow() });
  const { session_name: session, connection_config: connection } = record;
  // What has ended has ended: a record that cannot be written keeps nobody from hearing of it.
  void recordAct(gatehouse, {
    act: "ended",
    session,
    connection,
    id,
    exit: status,
    from: start,
    to: end,
  }).catch(() => undefined);
}

/** Notes the end of the last command if its shell has told it. */
export function noteToldEnd(session: SessionContext): void {
  const sent = lastSentCommand(session);
  const told = sent && toldEnd(session, sent);
  if (sent !== undefined && told !== undefined) noteEnd(session, sent, told);
}

/** To be called for a command that is told as ended, so that nobody takes it for one that ran on later. */
export function noteAsTold(
  session: SessionContext,
  sent: Pick<SentCommand, "id">,
  told: EndedCommand | undefined,
): void {
  noteEnd(session, sent, told ?? { outputEnd: session.terminal.outputEnd });
}

/** What cannot be noted now is noted by the next who sees it; no call fails by that. */
function appendIfPossible(ledger: Ledger, record: EndedRecord): void {
  try {
    ledger.append(record);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "STORAGE_FAILED") throw error;
  }
}

/** To be called at an idle prompt: the command before it has ended, whoever waited for it. */
export function noteLastEnd(session: SessionContext): void {
  noteToldEnd(session);
  const sent = lastSentCommand(session);
  if (sent === undefined || session.ledger.findEnd(sent.id) !== undefined) return;
  if (isUntold(session, sent)) noteEnd(session, sent, { outputEnd: session.terminal.outputEnd });
}

/** Throws COMMAND_NOT_FOUND where no command of this name was ever sent. */
export function findCommand(session: SessionContext, id: string): RecordedCommand {
  const found = findRecord(session.ledger, id);
  if (found === undefined) throw unknownCommand(session.record.session_name, id);
  return { sent: found.sent, end: found.end ?? toldRecord(session, found.sent) };
}

/** As the ledger alone has it. */
export function findRecord(ledger: Ledger, id: string): RecordedCommand | undefined {
  let sent: LedgerRecord | undefined;
  let end: EndedRecord | undefined;
  for (const record of ledger.all(id)) {
    if (record.step === "sent") sent = record;
    if (record.step === "ended") end = endThatCounts(end, record);
  }
  return sent && { sent, end };
}

export function unknownCommand(sessionName: string, id: string): UserError {
  return new UserError(
    "COMMAND_NOT_FOUND",
    `${sessionName} knows no command ${JSON.stringify(id.slice(0, 40))}`,
    "Use the command_id of an earlier result of this session, or leave it out for the last lines.",
  );
}

/** The newest command whose Enter was pressed, or undefined. */
export function findLastCommand(session: SessionContext): RecordedCommand | undefined {
  const last = session.ledger.find(({ step }) => step === "sent");
  return last === undefined ? undefined : findCommand(session, last.id);
}

function toldRecord(session: SessionContext, sent: LedgerRecord): EndedRecord | undefined {
  if (!isOfEpoch(session, sent)) return undefined;
  const told = toldEnd(session, sent);
  if (told === undefined) return undefined;
  noteEnd(session, sent, told);
  return session.ledger.findEnd(sent.id);
}

/** `terminal` is missing of a session that was closed. */
type RecordedOutput = Pick<SessionContext, "ledger" | "log"> & { readonly terminal?: Terminal };

/**
 * Where the output of a command stands in the log. One whose end was never noted goes on to the prompt of the next one,
 * or to where ssh ended, or to the end of what there is.
 */
export function outputRange(
  session: RecordedOutput,
  { sent, end }: RecordedCommand,
): { readonly start: number; readonly end: number } {
  const { terminal, log } = session;
  const start = end?.start ?? outputStart(session, sent.offset);
  const last = end?.end ?? nextPrompt(session, sent) ?? terminal?.end?.offset ?? terminal?.offset ?? Infinity;
  return { start, end: Math.max(start, Math.min(last, log.extent().end)) };
}

function nextPrompt({ ledger, log }: RecordedOutput, { offset }: LedgerRecord): number | undefined {
  for (const record of ledger.all()) {
    if (record.step !== "typed" || record.offset < offset) continue;
    const { start, bytes } = log.read(Math.max(offset, record.offset - lineSearchBytes), record.offset);
    return start + bytes.lastIndexOf(lineFeed) + 1;
  }
  return undefined;
}
