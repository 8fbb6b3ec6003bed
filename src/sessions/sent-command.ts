import type { SessionContext } from "./look.ts";
import type { EndedCommand } from "./mark-track.ts";

/** The newest command of ours in this epoch of the session: Enter was pressed for it at log offset `offset`. */
export type SentCommand = {
  readonly id: string;
  readonly command: string;
  readonly offset: number;
  readonly runningMs: number;
  readonly aid?: string | undefined;
  readonly counter?: number | undefined;
};

/** The last command that any process of ours sent; whether it still runs is the stream's to say. */
export function lastSentCommand(session: SessionContext): SentCommand | undefined {
  const last = session.ledger.last();
  if (last?.step !== "sent" || last.incarnation !== session.record.incarnation) return undefined;
  if (last.offset < session.record.epoch_start) return undefined;
  return {
    id: last.id,
    command: last.command,
    offset: last.offset,
    runningMs: Math.max(0, Date.now() - Date.parse(last.at)),
    aid: last.aid,
    counter: last.counter,
  };
}

/** How the shell said that a command typed at the prompt `counter` of shell `aid` has ended; undefined until it has. */
export function toldEnd(
  { terminal }: SessionContext,
  { aid, counter }: Pick<SentCommand, "aid" | "counter">,
): EndedCommand | undefined {
  const { marks } = terminal;
  if (marks === undefined || marks.aid !== aid) return undefined;
  return marks.ended.find((each) => each.counter === counter);
}
