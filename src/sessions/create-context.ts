import { basename } from "node:path";

import { readCheckpoint, writeCheckpoint } from "../state/checkpoint-file.ts";
import { Ledger } from "../state/ledger.ts";
import { LogStore } from "../state/log-store.ts";
import type { SessionRecord } from "../state/session-record.ts";
import type { TmuxServer } from "../tmux/server.ts";
import type { SessionContext } from "./look.ts";
import { sessionPaths } from "./session-files.ts";
import { Terminal, type TerminalCheckpoint } from "./terminal.ts";
import { Turns } from "./turns.ts";
import type { Workplace } from "./workplace.ts";

/** Follows a recorded session from its checkpoint, or from the start of its epoch. */
export function createContext(place: Workplace, tmux: TmuxServer, record: SessionRecord): SessionContext {
  const paths = sessionPaths(place.tree, record.session_name);
  const log = new LogStore(paths.log);
  const { number, epoch_start: start, cols, rows, incarnation, epoch, level } = record;
  const checkpoint = checkpointOf(record, paths.checkpoint, log);
  const saveCheckpoint = (terminal: TerminalCheckpoint) =>
    writeCheckpoint(paths.checkpoint, { incarnation, epoch, terminal });
  return {
    record,
    tmux,
    log,
    logName: basename(paths.log),
    logWatch: place.logWatch,
    ledger: new Ledger(paths.ledger),
    terminal: new Terminal({ log, number, start, aid: level?.aid, cols, rows, checkpoint, saveCheckpoint }),
    turns: new Turns(),
    inputLockPath: paths.inputLock,
  };
}

function checkpointOf(record: SessionRecord, path: string, log: LogStore): TerminalCheckpoint | undefined {
  const found = readCheckpoint(path);
  if (found?.incarnation !== record.incarnation || found.epoch !== record.epoch) return undefined;
  const { stream, editor, end, marks } = found.terminal;
  const isWithin = stream.offset >= record.epoch_start && stream.offset <= log.extent().end;
  return isWithin ? { stream, editor, end, marks } : undefined;
}
