import { parseCursor } from "../base/cursor.ts";
import { sessionKey } from "../base/session-name.ts";
import type { Facts } from "./response.ts";

const maxSessions = 1_000;

/** How far the client was shown the output of each session: by the last result, and by any. */
export class ShownCursors {
  readonly #last = new Map<string, string>();
  readonly #furthest = new Map<string, string>();

  /** Takes the cursor of a result that is about to be shown. */
  note({ session_name: name, cursor }: Facts): void {
    if (typeof name !== "string" || typeof cursor !== "string") return;
    const key = sessionKey(name);
    setNewest(this.#last, key, cursor);
    if (!isBefore(cursor, this.#furthest.get(key))) setNewest(this.#furthest, key, cursor);
  }

  of(sessionName: string): string | undefined {
    return this.#last.get(sessionKey(sessionName));
  }

  furthest(sessionName: string): string | undefined {
    return this.#furthest.get(sessionKey(sessionName));
  }
}

/** Of sessions by ever new names the newest are kept. */
function setNewest(cursors: Map<string, string>, key: string, cursor: string): void {
  cursors.delete(key);
  cursors.set(key, cursor);
  const [oldest] = cursors.keys();
  if (cursors.size > maxSessions && oldest !== undefined) cursors.delete(oldest);
}

/** Of another opening of the session none is before the other. */
function isBefore(cursor: string, other: string | undefined): boolean {
  const [one, two] = [parseCursor(cursor), parseCursor(other ?? "")];
  return one !== undefined && one.incarnation === two?.incarnation && one.offset < two.offset;
}
