import { sessionKey } from "../base/session-name.ts";
import { Ledger } from "../state/ledger.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { listPanes, type PaneFacts } from "../tmux/pane.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { isStateMissing, logsWithoutState } from "./missing-state.ts";
import { recordFromTags } from "./record-tags.ts";
import { readNumber, sessionPaths } from "./session-files.ts";
import { sweepOpening } from "./undo-opening.ts";
import type { Workplace } from "./workplace.ts";

/**
 * Brings the state file and tmux together: sessions that tmux has and the file has not, or tells otherwise, are written
 * into it from their tags, and opens that a dead process left half done are taken back. Returns what is to be told.
 */
export async function recoverSessions(place: Workplace, tmux: TmuxServer): Promise<string[]> {
  const isMissing = isStateMissing(place);
  const findings = (await listPanes(tmux)).flatMap((pane) => findLost(place, pane) ?? []);
  const records = findings.flatMap(({ record }) => record ?? []);
  if (records.length > 0 || !place.state.isWhole) {
    const add = (sessions: Map<string, SessionRecord>) => {
      for (const record of records) {
        const key = sessionKey(record.session_name);
        if (sessions.get(key)?.number !== record.number) sessions.set(key, record);
      }
    };
    await place.state.update(add, { foundAgain: true });
  }
  for (const record of place.state.read().values()) {
    if (record.phase !== "open") await sweepOpening(place, tmux, record);
  }
  const unknown = isMissing ? logsWithoutState(place) : [];
  return [...findings.map(({ told }) => told), ...namesLost(place), ...unknown];
}

type Finding = { readonly record: SessionRecord | undefined; readonly told: string };

/** Undefined for a session that the state file knows as it is. */
function findLost(place: Workplace, pane: PaneFacts): Finding | undefined {
  const { name, tags } = pane;
  const known = place.state.get(name);
  const number = readNumber(place.tree, name);
  if (known !== undefined && !isOfAnother(known, pane, number)) return undefined;
  const found = number === undefined ? undefined : recordFromTags(tags, number);
  if (found?.session_name !== name) return known === undefined ? unusable(name) : undefined;
  const retired = numbersIn(sessionPaths(place.tree, name).ledger);
  const record = { ...found, retired, restored_at: new Date().toISOString() };
  const told = `session ${name} was found again in tmux, without what ran in it and the numbers of its shells`;
  return { record, told };
}

/** The record of a session that runs, whose end mark would be unknown: it came from another machine, or from a backup. */
function isOfAnother(
  { phase, number: known }: SessionRecord,
  { dead, programEnded }: PaneFacts,
  number: string | undefined,
): boolean {
  return phase === "open" && !dead && !programEnded && number !== undefined && number !== known;
}

function unusable(name: string): Finding {
  const told = `session ${name} of tmux could not be taken over: it carries no record; close_connection ends it`;
  return { record: undefined, told };
}

/** The sessions that a file set aside had named, and that tmux has not either. */
function namesLost({ state }: Workplace): string[] {
  return state.setAside.splice(0).map(({ path, names }) => {
    const missing = names.filter((name) => state.get(name) === undefined);
    const lost = missing.length === 0 ? "" : `; not found again: ${missing.join(", ")}, whose logs stay`;
    return `state.json could not be used and was kept as ${path}${lost}`;
  });
}

/** The numbers of the shells that commands were typed into. */
function numbersIn(ledger: string): string[] {
  const numbers = [...new Ledger(ledger).all()].map((record) => ("aid" in record ? record.aid : undefined));
  return [...new Set(numbers.filter((aid) => aid !== undefined))];
}
