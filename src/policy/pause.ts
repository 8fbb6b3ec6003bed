import { closeSync, lstatSync, openSync, rmSync } from "node:fs";

import { UserError } from "../base/user-error.ts";

/** The brake on the input of all agents of this user, over all processes: a file that is there or not. */
export class Pause {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** True as well where it cannot be told. */
  get isOn(): boolean {
    try {
      return lstatSync(this.#path, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return true;
    }
  }

  /** Throws PAUSED_BY_HUMAN. To be called under the input lock before each thing that is typed. */
  assertOff(): void {
    if (this.isOn) throw pausedByHuman();
  }

  /** False where it was on already. */
  turnOn(): boolean {
    if (this.isOn) return false;
    // An empty file needs no room on a disk that is full.
    closeSync(openSync(this.#path, "a", 0o600));
    return true;
  }

  /** False where it was off already. */
  turnOff(): boolean {
    if (!this.isOn) return false;
    rmSync(this.#path, { force: true });
    return true;
  }
}

export function pausedByHuman(): UserError {
  return new UserError(
    "PAUSED_BY_HUMAN",
    "a human has stopped the input of all agents; nothing more is typed, what runs goes on",
    "Tell the user, who gives it back with: mcp-ssh-interactive resume. Reading works meanwhile.",
    { details: { command_for_user: "mcp-ssh-interactive resume" } },
  );
}
