import { lstatSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

import { sessionKey } from "../base/session-name.ts";
import { storageFailure } from "../platform/storage-failure.ts";

/** The name of a session and what follows it in the names of its files; `aside` where a process died as it renamed one. */
const fileName =
  /^(?<name>.+)(?<rest>\.(?:log(?:\.\d{20})?|commands\.jsonl|checkpoint))(?<aside>\.respelt)?$/;

/**
 * A disk that does not tell case apart has one file for `Web.log` and `web.log`, but keeps its first spelling, by which
 * alone its segments are found: there what is kept of a closed session gets the spelling that it is opened under now.
 */
export function respellKept(folder: string, sessionName: string): void {
  try {
    const names = new Set(readdirSync(folder));
    for (const entry of names) {
      const { name = "", rest = "", aside } = fileName.exec(entry)?.groups ?? {};
      const own = `${sessionName}${rest}`;
      if (sessionKey(name) !== sessionKey(sessionName) || names.has(own)) continue;
      const isSame = lstatSync(join(folder, own), { throwIfNoEntry: false }) !== undefined;
      if (aside === undefined ? isSame : !isSame) respell(folder, entry, own);
    }
  } catch (error) {
    throw storageFailure(error, folder) ?? error;
  }
}

/** By way of a third name, since rename(2) does nothing where both are the same file. */
function respell(folder: string, entry: string, own: string): void {
  const aside = join(folder, `${own}.respelt`);
  renameSync(join(folder, entry), aside);
  renameSync(aside, join(folder, own));
}
