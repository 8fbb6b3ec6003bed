import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";

import { shellWord } from "../../base/shell-word.ts";
import { UserError } from "../../base/user-error.ts";
import { writeFileAtomically } from "../../platform/atomic-file.ts";

/** A client's file as it was read. `target` is where it really stands; `mode` undefined means that it does not exist. */
export type ClientFile = {
  readonly path: string;
  readonly target: string;
  readonly text: string;
  readonly mode: number | undefined;
};

/** Throws STORAGE_FAILED for what is no file that can be read. */
export function readClientFile(path: string): ClientFile {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined)
    return { path, target: path, text: "", mode: undefined };
  if (!existsSync(path))
    throw refused(`${path} is a link to a file that does not exist`, `rm ${shellWord(path)}`);
  const target = realpathSync(path);
  const facts = statSync(target);
  if (!facts.isFile()) throw refused(`${path} is no file`, `ls -ld ${shellWord(path)}`);
  try {
    return { path, target, text: readFileSync(target, "utf8"), mode: facts.mode & 0o7777 };
  } catch (error) {
    throw refused(`${path} cannot be read: ${wordsOf(error)}`, `ls -l ${shellWord(path)}`);
  }
}

/** Throws STORAGE_FAILED where the file is not this user's to change, read-only, or in such a folder. */
export function requireWritable({ target, mode }: ClientFile): void {
  if (mode === undefined) return requireWritableFolder(nearestFolder(dirname(target)));
  const { uid } = statSync(target);
  if (uid !== process.getuid?.())
    throw refused(`${target} belongs to user id ${uid}`, `ls -l ${shellWord(target)}`);
  if ((mode & 0o200) === 0)
    throw refused(`${target} is read-only (mode ${mode.toString(8)})`, `chmod u+w ${shellWord(target)}`);
  requireWritableFolder(dirname(target));
}

/** Returns the backup, or undefined for a new file. */
export function changeClientFile(file: ClientFile, text: string, now: Date): string | undefined {
  requireUnchanged(file);
  const backup = file.mode === undefined ? undefined : backUp(file, now);
  replaceText(file, text);
  return backup;
}

/** Whole or not at all; the file's mode and the links to it stay. A new one is the user's alone. */
export function replaceText({ target, mode }: ClientFile, text: string): void {
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  writeFileAtomically(target, text, mode === undefined ? {} : { mode });
}

/** Puts the file as it was read beside it, and returns where. */
export function backUp({ target, text, mode }: ClientFile, now: Date): string {
  const backup = `${target}.${now.toISOString().replaceAll(":", "-")}.bak`;
  writeFileAtomically(backup, text, mode === undefined ? {} : { mode });
  return backup;
}

function requireUnchanged(file: ClientFile): void {
  const now = readClientFile(file.path);
  if (now.text === file.text && now.target === file.target && now.mode === file.mode) return;
  throw refused(`${file.path} was changed by another program meanwhile`, "Run the same command again.");
}

function requireWritableFolder(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw refused(`${folder} is not writable for this user`, `ls -ld ${shellWord(folder)}`);
  }
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}

function refused(message: string, hint: string): UserError {
  return new UserError("STORAGE_FAILED", message, hint);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
