import { existsSync, realpathSync } from "node:fs";
import { basename, isAbsolute, join, normalize, relative, sep } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { HeldFolder } from "../../platform/held-folder.ts";

/**
 * Absolute paths of the folders inside which files may be read and written, but not of those in `own` where one is
 * around it, as they hold secrets and the configuration; `home` is what `~` stands for.
 */
export type TransferRules = {
  readonly folders: readonly string[];
  readonly own: readonly string[];
  readonly home: string;
};

/** A name in a folder that is inside an allowed one. */
export type LocalPlace = Disposable & {
  readonly folder: HeldFolder;
  readonly name: string;
  readonly path: string;
};

/**
 * Goes down from the allowed folder step by step, following no link, and holds the last folder. A relative path is
 * inside the first allowed folder. Throws TRANSFER_REFUSED.
 */
export function openLocalPlace(rules: TransferRules, localPath: string): LocalPlace {
  const path = absolutePath(rules, localPath);
  for (const allowed of rules.folders) {
    using top = openAllowed(allowed);
    if (top === undefined) continue;
    const steps = stepsInside(allowed, path) ?? stepsInside(top.path, path);
    if (steps === undefined) continue;
    const folder = descend(top, steps.slice(0, -1), rules);
    if (isOwn(rules, top, folder)) {
      folder[Symbol.dispose]();
      continue;
    }
    const name = basename(path);
    return { folder, name, path: join(folder.path, name), [Symbol.dispose]: () => folder[Symbol.dispose]() };
  }
  throw refused(
    `${JSON.stringify(path)} is outside the folders that files may be transferred from and to, or one of this program's own files`,
    rules,
  );
}

export function refused(message: string, { folders }: TransferRules, cause?: unknown): UserError {
  const named = folders.map((folder) => JSON.stringify(folder)).join(", ");
  return new UserError(
    "TRANSFER_REFUSED",
    message,
    folders.length === 0
      ? "The user allows folders with settings.transfer_dirs in config.yml."
      : `Use a path inside ${named}, without links; the user can allow more with settings.transfer_dirs in config.yml.`,
    { details: { transfer_dirs: folders }, cause },
  );
}

function absolutePath({ folders: [first = sep], home }: TransferRules, path: string): string {
  if (path === "" || path.includes("\0") || path.endsWith(sep) || !path.isWellFormed()) {
    throw new UserError(
      "INVALID_ARGUMENT",
      `local_path ${JSON.stringify(path)} names no file`,
      "Give the whole path of a file.",
    );
  }
  if (path.startsWith("~/")) return normalize(join(home, path.slice(1)));
  return normalize(isAbsolute(path) ? path : join(first, path));
}

function openAllowed(folder: string): HeldFolder | undefined {
  try {
    return HeldFolder.open(folder);
  } catch {
    return undefined;
  }
}

/** At least one; undefined when the path is not inside. */
function stepsInside(folder: string, path: string): string[] | undefined {
  const way = relative(folder, path);
  return way === "" || way.split(sep)[0] === ".." ? undefined : way.split(sep);
}

/** An allowed folder that is itself inside one of ours was meant. */
function isOwn({ own }: TransferRules, allowed: HeldFolder, folder: HeldFolder): boolean {
  return own.filter(existsSync).some((path) => {
    const real = realpathSync(path);
    const isMeant = stepsInside(real, allowed.path) !== undefined;
    return !isMeant && (folder.path === real || stepsInside(real, folder.path) !== undefined);
  });
}

/** A folder of its own, which is to be disposed of. */
function descend(top: HeldFolder, steps: readonly string[], rules: TransferRules): HeldFolder {
  let folder = top.enter(".");
  for (const step of steps) {
    const outer = folder;
    try {
      folder = outer.enter(step);
    } catch (error) {
      throw refused(
        `${JSON.stringify(join(outer.path, step))} is no folder that can be entered`,
        rules,
        error,
      );
    } finally {
      outer[Symbol.dispose]();
    }
  }
  return folder;
}
