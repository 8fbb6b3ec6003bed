import { sessionKey } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import type { HomeTree } from "../platform/home-tree.ts";
import { keptLogs } from "../state/kept-logs.ts";
import { Ledger } from "../state/ledger.ts";
import { LogStore } from "../state/log-store.ts";
import type { SessionRecord } from "../state/session-record.ts";
import type { StateSnapshot } from "../state/state-file.ts";
import { sessionPaths } from "./session-files.ts";

/** What is kept of a session, open or closed. `record` only of one that is open. */
export type LoggedSession = {
  readonly name: string;
  readonly log: LogStore;
  readonly ledger: Ledger;
  readonly record: SessionRecord | undefined;
  readonly cols: number;
  readonly rows: number;
};

const defaultSize = { cols: 200, rows: 50 };
const lineSearchBytes = 65_536;
const lineFeed = 0x0a;

/** Throws SESSION_NOT_FOUND, naming those of which something is kept. */
export function findLogged(tree: HomeTree, open: StateSnapshot, sessionName: string): LoggedSession {
  const record = open.get(sessionKey(sessionName));
  const kept = keptLogs(tree.logs);
  const isSame = (name: string) => sessionKey(name) === sessionKey(sessionName);
  const name = record?.session_name ?? kept.find((log) => isSame(log.name))?.name;
  if (name === undefined)
    throw notFound(
      sessionName,
      kept.map((log) => log.name),
    );
  return loggedSession(tree, name, record);
}

function loggedSession(tree: HomeTree, name: string, record: SessionRecord | undefined): LoggedSession {
  const paths = sessionPaths(tree, name);
  return {
    name,
    log: new LogStore(paths.log),
    ledger: new Ledger(paths.ledger),
    record,
    cols: record?.cols ?? defaultSize.cols,
    rows: record?.rows ?? defaultSize.rows,
  };
}

function notFound(sessionName: string, names: readonly string[]): UserError {
  return new UserError(
    "SESSION_NOT_FOUND",
    `nothing is kept of a session named ${JSON.stringify(sessionName)}`,
    names.length === 0 ? "No session was ever logged here." : `There are: ${names.join(", ")}`,
    { details: { names } },
  );
}

/** Where the line begins in which the first input at or after `sinceMs` was typed; the log's end where none was. */
export function placeSince({ ledger, log }: LoggedSession, sinceMs: number): number {
  const { end } = log.extent();
  for (const record of ledger.all()) {
    if (record.step === "ended" || Date.parse(record.at) < sinceMs) continue;
    const { start, bytes } = log.read(Math.max(0, record.offset - lineSearchBytes), record.offset);
    return start + bytes.lastIndexOf(lineFeed) + 1;
  }
  return end;
}
