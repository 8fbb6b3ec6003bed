import { lstatSync, realpathSync, statSync } from "node:fs";

import { shellWord } from "../base/shell-word.ts";
import { UserError } from "../base/user-error.ts";
import type { HomeTree } from "./home-tree.ts";

/** Where a folder leads that is a link, and which folder that is. */
type Target = { readonly path: string; readonly identity: string };

const restartHint =
  "Put the folder back. If you moved it, or its disk was mounted anew: end all servers, which keeps the sessions, and start them again.";

/**
 * The folders that hold what we rely on may be links, to have them on another disk: to folders of ours that are closed
 * to others, and made before we start. What becomes a link later, or leads elsewhere then, is not followed.
 */
export class TreeLinks {
  readonly #targets: ReadonlyMap<string, Target | undefined>;

  /** Throws CONFIG_INVALID where a link leads to a folder that is no such one. */
  constructor({ logs, locks, approvals, mux }: Pick<HomeTree, "logs" | "locks" | "approvals" | "mux">) {
    this.#targets = new Map([logs, locks, approvals, mux].map((folder) => [folder, soundTarget(folder)]));
  }

  /** To be called once a file was opened, since a link may come at any time. Throws STORAGE_FAILED. */
  assertUnmoved(): void {
    for (const [folder, target] of this.#targets) {
      if (!isLink(folder)) continue;
      if (target !== undefined && readTarget(folder)?.identity === target.identity) continue;
      throw new UserError(
        "STORAGE_FAILED",
        `${folder} is a link that leads elsewhere than when this process started, and is not followed`,
        restartHint,
      );
    }
  }
}

/** What keeps us from relying on a link, with its mend; undefined where nothing does, and for what is none. */
export function linkFault(folder: string): { readonly fact: string; readonly fix: string } | undefined {
  if (!isLink(folder)) return undefined;
  const target = readTarget(folder);
  const word = shellWord(folder);
  if (target === undefined) return { fact: `${folder} leads to no folder`, fix: `rm ${word}` };
  const { uid, mode } = statSync(target.path);
  const self = process.getuid?.();
  const to = shellWord(target.path);
  if (uid !== self)
    return { fact: `${folder} leads to ${target.path} of user id ${uid}`, fix: `sudo chown ${self} ${to}` };
  if ((mode & 0o077) === 0) return undefined;
  const shown = (mode & 0o777).toString(8);
  return {
    fact: `${folder} leads to ${target.path}, which is open to others (mode ${shown})`,
    fix: `chmod 700 ${to}`,
  };
}

function soundTarget(folder: string): Target | undefined {
  const fault = linkFault(folder);
  if (fault !== undefined) throw new UserError("CONFIG_INVALID", fault.fact, fault.fix);
  return isLink(folder) ? readTarget(folder) : undefined;
}

export function isLink(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Undefined where nothing is there, or no folder. */
function readTarget(folder: string): Target | undefined {
  try {
    const path = realpathSync(folder);
    const facts = statSync(path);
    return facts.isDirectory() ? { path, identity: `${path} ${facts.dev} ${facts.ino}` } : undefined;
  } catch {
    return undefined;
  }
}
