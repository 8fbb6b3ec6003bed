import { basename } from "node:path";
import type { TmuxServer } from "../tmux/server.ts";
import { Ledger } from "../state/ledger.ts";
import { LogStore } from "../state/log-store.ts";
import type { SessionRecord } from "../state/session-record.ts";
import type { SessionContext } from "./look.ts";
import { sessionPaths } from "./session-files.ts";
import { Terminal } from "./terminal.ts";
import { Turns } from "./turns.ts";
import type { Workplace } from "./workplace.ts";

/** Follows a recorded session from the start of its epoch. */
export function createContext(place: Workplace, tmux: TmuxServer, record: SessionRecord): SessionContext {
  const paths = sessionPaths(place.tree, record.session_name);
  const log = new LogStore(paths.log);
  const { number, epoch_start: start, cols, rows } = record;
  return {
    record,
    tmux,
    log,
    logName: basename(paths.log),
    logWatch: place.logWatch,
    ledger: new Ledger(paths.ledger),
    terminal: new Terminal({ log, number, start, cols, rows }),
    turns: new Turns(),
    inputLockPath: paths.inputLock,
  };
}
