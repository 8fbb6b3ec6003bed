import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { isSessionName } from "../base/session-name.ts";

/** A file of a session in `logs/`; `start` is the absolute offset of an older segment of its log. */
type KeptFile = {
  readonly path: string;
  readonly bytes: number;
  readonly changedAtMs: number;
  readonly start: number | undefined;
  readonly isLog: boolean;
};

/** All that is kept of one session, open or not. */
export type KeptLog = {
  readonly name: string;
  readonly files: readonly KeptFile[];
  readonly bytes: number;
  readonly changedAtMs: number;
};

const fileName = /^(?<name>.+)\.(?:log(?:\.(?<start>\d{20}))?|commands\.jsonl|checkpoint)$/;

/** By the names of their files, in the order of the alphabet; only that of session `only` where it is given. */
export function keptLogs(folder: string, only?: string): KeptLog[] {
  const byName = new Map<string, KeptFile[]>();
  for (const entry of namesIn(folder).toSorted()) {
    const { name, start } = fileName.exec(entry)?.groups ?? {};
    if (name === undefined || !isSessionName(name) || (only !== undefined && name !== only)) continue;
    const path = join(folder, entry);
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (facts?.isFile() !== true) continue;
    const file = {
      path,
      bytes: facts.size,
      changedAtMs: facts.mtimeMs,
      start: start === undefined ? undefined : Number(start),
      isLog: /\.log(?:\.\d{20})?$/.test(entry),
    };
    byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  return [...byName].map(([name, files]) => ({
    name,
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    changedAtMs: Math.max(...files.map(({ changedAtMs }) => changedAtMs)),
  }));
}

/** None where nothing was ever logged. */
function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/**
 * The files that retention gives up: all of a log that nobody wrote to since `oldestMs`, else its oldest segments until
 * it has at most `maxBytes`. Offsets follow from the newest older segment, which stays while there is a log.
 */
export function filesToDrop(
  { files, changedAtMs }: KeptLog,
  { oldestMs, maxBytes }: { readonly oldestMs: number; readonly maxBytes: number },
): readonly KeptFile[] {
  if (changedAtMs < oldestMs) return files;
  const segments = files
    .filter(({ start }) => start !== undefined)
    .toSorted((one, other) => (one.start ?? 0) - (other.start ?? 0));
  let bytes = files.reduce((sum, file) => sum + (file.isLog ? file.bytes : 0), 0);
  return segments.slice(0, -1).filter((segment) => {
    if (bytes <= maxBytes) return false;
    bytes -= segment.bytes;
    return true;
  });
}

export function dropFiles(files: readonly KeptFile[]): void {
  for (const { path } of files) rmSync(path, { force: true });
}
