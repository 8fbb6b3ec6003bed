import { sessionKey } from "../base/session-name.ts";
import { Ledger } from "../state/ledger.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { listPanes } from "../tmux/pane.ts";
import type { TmuxServer } from "../tmux/server.ts";
import { recordFromTags } from "./record-tags.ts";
import { readNumber, sessionPaths } from "./session-files.ts";
import { sweepOpening } from "./undo-opening.ts";
import type { Workplace } from "./workplace.ts";

/**
 * Brings the state file and tmux together: sessions that tmux has and the file has not are written into it from
 * their tags, and opens that a dead process left half done are taken back.
 */
export async function recoverSessions(place: Workplace, tmux: TmuxServer): Promise<void> {
  const found = await unrecorded(place, tmux);
  if (found.length > 0 || !place.state.isWhole) {
    await place.state.update((sessions) => {
      for (const record of found) {
        const key = sessionKey(record.session_name);
        if (!sessions.has(key)) sessions.set(key, record);
      }
    });
  }
  for (const record of place.state.read().values()) {
    if (record.phase !== "open") await sweepOpening(place, tmux, record);
  }
}

async function unrecorded(place: Workplace, tmux: TmuxServer): Promise<SessionRecord[]> {
  const known = place.state.read();
  const records = (await listPanes(tmux))
    .filter(({ name }) => !known.has(sessionKey(name)))
    .map(({ name, tags }) => {
      const number = readNumber(place.tree, name);
      const tagged = number === undefined ? undefined : recordFromTags(tags, number);
      const record = tagged?.session_name === name ? tagged : undefined;
      place.warn(
        record === undefined
          ? `session ${name} of tmux could not be taken over: it carries no record`
          : `session ${name} was found again in tmux`,
      );
      return record && { ...record, retired: numbersIn(sessionPaths(place.tree, name).ledger) };
    });
  return records.filter((record) => record !== undefined);
}

/** The numbers of the shells that commands were typed into. */
function numbersIn(ledger: string): string[] {
  const numbers = [...new Ledger(ledger).all()].map((record) => ("aid" in record ? record.aid : undefined));
  return [...new Set(numbers.filter((aid) => aid !== undefined))];
}
