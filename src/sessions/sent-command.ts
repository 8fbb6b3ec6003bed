import { momentNow, msBetween } from "../platform/moment.ts";
import type { LedgerRecord } from "../state/ledger.ts";
import type { SessionContext } from "./look.ts";
import type { EndedCommand, MarkTrack } from "./mark-track.ts";

/** The newest command of ours in this epoch of the session: Enter was pressed for it at log offset `offset`. */
export type SentCommand = {
  readonly id: string;
  readonly command: string;
  readonly offset: number;
  readonly at: string;
  readonly up?: string | undefined;
  /** Who typed it. */
  readonly client: string;
  readonly pid: number;
  readonly aid?: string | undefined;
  readonly counter?: number | undefined;
};

/** The last command that any process of ours sent; whether it still runs is the stream's to say. */
export function lastSentCommand(session: SessionContext): SentCommand | undefined {
  const last = session.ledger.last();
  return last?.step === "sent" && isOfEpoch(session, last) ? sentCommand(session, last) : undefined;
}

/** Since its Enter. */
export function runningMs(sent: Pick<SentCommand, "at" | "up">): number {
  return msBetween(sent, momentNow());
}

/** Whether it was written since this ssh of the session was started; Enter may be pressed just when that ends. */
export function isOfEpoch(
  { record }: Pick<SessionContext, "record">,
  { incarnation, epoch, offset }: LedgerRecord,
): boolean {
  if (incarnation !== record.incarnation) return false;
  return epoch === undefined ? offset >= record.epoch_start : epoch === record.epoch;
}

/** The text of the command that the innermost shell with marks runs; without marks, of the last that was sent. */
export function commandInFront(session: SessionContext): string | undefined {
  return sentInFront(session)?.command;
}

/** As commandInFront, with all that is known of that command; undefined for one that a human typed. */
export function sentInFront(session: SessionContext): SentCommand | undefined {
  const { marks } = session.terminal;
  return marks === undefined ? lastSentCommand(session) : sentOf(session, marks);
}

/** What was typed at the prompt that a shell told last; undefined where a human did. */
export function sentOf(
  session: SessionContext,
  shell: Pick<MarkTrack, "aid" | "counter">,
): SentCommand | undefined {
  const found = session.ledger.find(
    ({ step, aid, counter }) => step === "sent" && aid === shell.aid && counter === shell.counter,
  );
  return found === undefined ? undefined : sentCommand(session, found);
}

/** The number of a shell that was lost with the state file is as good as none. */
function sentCommand({ terminal }: SessionContext, record: LedgerRecord): SentCommand {
  const { id, command, offset, at, up, client, pid, aid, counter } = record;
  const isKnown = aid !== undefined && terminal.follows(aid);
  return { id, command, offset, at, up, client, pid, ...(isKnown ? { aid, counter } : {}) };
}

/** Whether a command has ended without a word of its shell: that has other marks, or is at a later prompt and the word was missed. */
export function isUntold(
  { terminal }: SessionContext,
  { aid, counter }: Pick<SentCommand, "aid" | "counter">,
): boolean {
  if (aid === undefined || terminal.isReplaced(aid)) return true;
  const level = terminal.shellLevels.find((each) => each.aid === aid);
  return level !== undefined && counter !== undefined && level.counter > counter;
}

/**
 * How the shell said that a command typed at the prompt `counter` of shell `aid` has ended; undefined until it has. The
 * command that ends an inner shell ends with the command that had started it.
 */
export function toldEnd(
  session: SessionContext,
  { aid, counter, offset }: Pick<SentCommand, "aid" | "counter" | "offset">,
): EndedCommand | undefined {
  if (aid === undefined || !session.terminal.follows(aid)) return undefined;
  const { shellLevels } = session.terminal;
  const level = shellLevels.find((each) => each.aid === aid);
  if (level !== undefined) return level.ended.find((each) => each.counter === counter);
  if (session.terminal.isReplaced(aid) || !session.terminal.follows(aid)) return undefined;
  const outer = shellLevels.at(-1)?.ended.at(-1);
  return outer === undefined || outer.outputEnd < offset ? undefined : { ...outer, outputStart: undefined };
}
