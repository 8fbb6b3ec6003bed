import { closeSync, constants, fstatSync, openSync } from "node:fs";

import { newestLines } from "../platform/newest-lines.ts";
import { runProcess } from "../platform/run-process.ts";
import type { AuditHead } from "./audit-trail.ts";
import { logTag, parseHead } from "./system-log.ts";

/** `files`: where a syslog daemon may write; of each its newest part is read. */
export type LogPlaces = { readonly journalctl: string | undefined; readonly files: readonly string[] };

/** `readFrom`: those of the places that this user could read; `heads`: what they have of this tree, in no order. */
export type ToldHeads = { readonly readFrom: readonly string[]; readonly heads: readonly AuditHead[] };

/** By the name under which Debian, Red Hat and SUSE keep auth.info, and what was turned over last. */
export const syslogFiles = ["auth.log", "syslog", "messages"].flatMap((name) => [
  `/var/log/${name}`,
  `/var/log/${name}.1`,
]);

const timeoutMs = 10_000;
const maxLines = 10_000;
const maxBytes = 16 * 1_048_576;

/**
 * What the machine's own log has of the audit of this tree. The journal tells whose a line is; in a file any user of the
 * machine may have written it: that can raise a false alarm, but hide nothing, as long as all of them are compared.
 */
export async function readToldHeads(root: string, { journalctl, files }: LogPlaces): Promise<ToldHeads> {
  const found = [
    { place: "the journal", lines: await journalLines(journalctl) },
    ...files.map((file) => ({ place: file, lines: fileLines(file) })),
  ];
  const read = found.flatMap(({ place, lines }) => (lines === undefined ? [] : [{ place, lines }]));
  return {
    readFrom: read.map(({ place }) => place),
    heads: read.flatMap(({ lines }) => lines.flatMap((line) => parseHead(root, line) ?? [])),
  };
}

/** Undefined where there is no journal for this user. */
async function journalLines(journalctl: string | undefined): Promise<readonly string[] | undefined> {
  if (journalctl === undefined) return undefined;
  const words = ["-q", "--no-pager", "-o", "cat", "-n", String(maxLines), "-t", logTag];
  try {
    const { exitCode, stdout } = await runProcess([journalctl, ...words, `_UID=${process.getuid?.()}`], {
      env: {},
      timeoutMs,
      maxOutputBytes: maxBytes,
    });
    return exitCode === 0 && stdout !== "" ? stdout.split("\n") : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for a file that is not there, or not for this user. */
function fileLines(path: string): readonly string[] | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(descriptor).isFile()) return undefined;
      return [...newestLines(descriptor, maxBytes)].filter((line) => line.includes(` ${logTag}`));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}
