import { isatty } from "node:tty";

import { UserError } from "../base/user-error.ts";

/** For what draws on the screen and takes keys. Throws when standard input or output is no terminal. */
export function requireTerminal(command: string, instead: string): void {
  if (isatty(0) && isatty(1)) return;
  throw new UserError("INVALID_ARGUMENT", `${command} needs a terminal`, instead);
}
