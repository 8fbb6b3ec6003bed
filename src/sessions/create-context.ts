import { basename, join } from "node:path";

import { sessionKey } from "../base/session-name.ts";
import { shellWord } from "../base/shell-word.ts";
import { readCheckpoint, writeCheckpoint } from "../state/checkpoint-file.ts";
import { Ledger } from "../state/ledger.ts";
import { LogStore } from "../state/log-store.ts";
import type { SessionRecord } from "../state/session-record.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { Link } from "./link.ts";
import type { SessionContext } from "./look.ts";
import { Oracle } from "./oracle.ts";
import { sessionPaths } from "./session-files.ts";
import { sessionSecrets } from "./session-secrets.ts";
import type { TerminalCheckpoint } from "./terminal-options.ts";
import { Terminal } from "./terminal.ts";
import { Turns } from "./turns.ts";
import type { Workplace } from "./workplace.ts";

/** Levels end without a note, so that a long session would gather them. */
const maxLevels = 32;
const maxRetired = 1_000;

/** Follows a recorded session from its checkpoint, or from the start of its epoch. */
export function createContext(place: Workplace, tmux: TmuxServer, noted: SessionRecord): SessionContext {
  const record = withOwnPaths(place, noted);
  const paths = sessionPaths(place.tree, record.session_name);
  const assertOwn = () => place.links.assertUnmoved();
  const log = new LogStore(paths.log, { room: place.readingRoom, assertOwn });
  const { number, epoch_start: start, cols, rows, incarnation, epoch, levels } = record;
  const checkpoint = checkpointOf(record, paths.checkpoint, log);
  const saveCheckpoint = (terminal: TerminalCheckpoint) => {
    assertOwn();
    writeCheckpoint(paths.checkpoint, { incarnation, epoch, terminal });
    place.memory.keep();
  };
  const mux = {
    ssh: place.ssh.program,
    env: place.env,
    runtimeFolder: place.tree.runtime,
    sessionName: record.session_name,
  };
  const link = new Link();
  return {
    record,
    recordNow: () => place.state.get(record.session_name),
    tmux,
    link,
    log,
    logName: basename(paths.log),
    logWatch: place.logWatch,
    ledger: new Ledger(paths.ledger, assertOwn),
    terminal: new Terminal({ log, number, start, levels, cols, rows, checkpoint, saveCheckpoint }),
    oracle: new Oracle(mux, link),
    mux,
    secrets: sessionSecrets(place, record),
    gatehouse: place.gatehouse,
    humansRecorded: new Set(),
    transferRules: () => ({
      folders: place.config().settings.transferDirs,
      own: [place.tree.root, place.tree.runtime],
      home: place.home,
    }),
    turns: new Turns(),
    rendering: place.rendering,
    memory: place.memory,
    inputLockPath: paths.inputLock,
    logLockPath: paths.logLock,
    attachCommand: attachCommand(place, record.session_name),
    unmarkable: new Set(),
    rememberLevel: (level) => changeRecord(place, record, (now) => withLevel(now, level)),
    rememberLogin: (prompt, level) =>
      changeRecord(place, record, (now) => ({
        ...(level === undefined ? now : withLevel(now, level)),
        prompt,
        integrated: level !== undefined,
        marks_due: false,
      })),
  };
}

/** A state file may come from another machine: paths follow from the name alone. */
export function withOwnPaths({ tree }: Pick<Workplace, "tree">, record: SessionRecord): SessionRecord {
  return { ...record, log_file: sessionPaths(tree, record.session_name).log };
}

function attachCommand({ tree, home }: Workplace, sessionName: string): string {
  const command = `mcp-ssh-interactive attach ${sessionName}`;
  const isUsual = tree.root === join(home, ".mcp-ssh-interactive");
  return isUsual ? command : `${command} --home ${shellWord(tree.root)}`;
}

function checkpointOf(record: SessionRecord, path: string, log: LogStore): TerminalCheckpoint | undefined {
  const found = readCheckpoint(path);
  if (found?.incarnation !== record.incarnation || found.epoch !== record.epoch) return undefined;
  const { stream, editor, end, gapEnd, levels } = found.terminal;
  const isWithin = stream.offset >= record.epoch_start && stream.offset <= log.extent().end;
  return isWithin ? { stream, editor, end, gapEnd, levels } : undefined;
}

/** Nothing is changed once the session has been opened anew or again. */
async function changeRecord(
  { state }: Workplace,
  { session_name, incarnation, epoch }: SessionRecord,
  change: (now: SessionRecord) => SessionRecord,
): Promise<void> {
  await state.update((sessions) => {
    const key = sessionKey(session_name);
    const now = sessions.get(key);
    if (now?.incarnation === incarnation && now.epoch === epoch) sessions.set(key, change(now));
  });
}

function withLevel(now: SessionRecord, level: SessionRecord["levels"][number]): SessionRecord {
  const levels = [...now.levels, level];
  const { retired = [] } = now;
  const gone = levels.slice(0, -maxLevels).map(({ aid }) => aid);
  return {
    ...now,
    levels: levels.slice(-maxLevels),
    ...(gone.length === 0 ? {} : { retired: [...retired, ...gone].slice(-maxRetired) }),
  };
}
