import { sessionKey } from "../base/session-name.ts";
import type { Facts } from "./response.ts";

/** How far the client was last shown the output of each session. */
export class ShownCursors {
  readonly #last = new Map<string, string>();

  /** Takes the cursor of a result that is about to be shown. */
  note({ session_name: name, cursor }: Facts): void {
    if (typeof name === "string" && typeof cursor === "string") this.#last.set(sessionKey(name), cursor);
  }

  of(sessionName: string): string | undefined {
    return this.#last.get(sessionKey(sessionName));
  }
}
