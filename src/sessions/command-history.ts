import { msBetween, type Moment } from "../platform/moment.ts";
import { endThatCounts } from "../state/ledger-records.ts";
import type { EndedRecord, Ledger } from "../state/ledger.ts";

/** One command whose Enter was pressed. Without `endedAt` nobody saw its end; `exitCode` only where the shell told it. */
export type PastCommand = {
  readonly sessionName: string;
  readonly id: string;
  readonly at: string;
  readonly client: string;
  readonly connection?: string;
  readonly command: string;
  readonly folder?: string;
  readonly user?: string;
  readonly host?: string;
  readonly endedAt?: string;
  readonly exitCode?: number;
  readonly durationMs?: number;
  /** Log offsets: where Enter was pressed, and, once its end is known, where its output begins and ends. */
  readonly offset: number;
  readonly outputStart?: number;
  readonly outputEnd?: number;
};

/** The commands of a session's ledger, the oldest first; of more than `most` the newest. */
export function commandHistory(sessionName: string, ledger: Ledger, most = Infinity): readonly PastCommand[] {
  const byId = new Map<string, PastCommand>();
  const sentAt = new Map<string, Moment>();
  const ends = new Map<string, EndedRecord>();
  for (const record of ledger.all()) {
    const known = byId.get(record.id);
    if (record.step === "sent") {
      sentAt.set(record.id, record);
      const { id, at, client, connection, command, where, offset } = record;
      byId.set(id, {
        sessionName,
        id,
        at,
        client,
        command,
        offset,
        ...(connection === undefined ? {} : { connection }),
        ...(where?.cwd === undefined ? {} : { folder: where.cwd }),
        ...(where?.user === undefined ? {} : { user: where.user }),
        ...(where?.host === undefined ? {} : { host: where.host }),
      });
      const [oldest] = byId.size > most ? byId.keys() : [];
      if (oldest !== undefined) byId.delete(oldest);
    } else if (record.step === "ended" && known !== undefined) {
      const end = endThatCounts(ends.get(record.id), record);
      ends.set(record.id, end);
      byId.set(record.id, {
        ...known,
        endedAt: end.at,
        durationMs: msBetween(sentAt.get(record.id) ?? known, end),
        outputEnd: end.end,
        ...(end.start === undefined ? {} : { outputStart: end.start }),
        ...(end.exit === undefined ? {} : { exitCode: end.exit }),
      });
    }
  }
  return [...byId.values()];
}
