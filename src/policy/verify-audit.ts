import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { auditFiles, firstHash, hashOf, keptFiles, type AuditHead } from "./audit-trail.ts";

/** `line` counts from 1 in `file`. */
export type AuditFault = { readonly file: string; readonly line: number; readonly what: string };

export type AuditReport = {
  readonly head: AuditHead;
  readonly faults: readonly AuditFault[];
  /** Lines of which only a part was written, as at a crash; what follows them shows whether a record is missing. */
  readonly torn: readonly Pick<AuditFault, "file" | "line">[];
  /** The number of the oldest kept record. */
  readonly from: number;
  /** How many of the heads that the machine's own log has are of kept records, and the same there. */
  readonly confirmed: number;
};

const maxFaults = 100;

/**
 * Follows the chain from the oldest kept record. `noted` is the head as it was noted beside the file, undefined where
 * that is gone: with it a cut at the end is seen too, as with those that the machine's own log was `told` before this
 * begins. A record that was changed, left out, put in or moved is a fault.
 */
export async function verifyAudit(
  path: string,
  noted: AuditHead | undefined,
  told: readonly AuditHead[] = [],
): Promise<AuditReport> {
  const toldOf = Map.groupBy(told, ({ count }) => count);
  let confirmed = 0;
  const faults: AuditFault[] = [];
  const torn: Pick<AuditFault, "file" | "line">[] = [];
  let head: AuditHead | undefined;
  let from = 0;
  let hashNoted: string | undefined;
  const files = auditFiles(path);
  for (const file of files) {
    let line = 0;
    const input = createReadStream(file, { encoding: "utf8" });
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++;
      const record = readRecord(text);
      if (record === undefined) {
        torn.push({ file, line });
        continue;
      }
      const what = breakOf(record, head);
      if (what !== undefined && faults.length < maxFaults) faults.push({ file, line, what });
      if (head === undefined) from = record.n;
      head = { count: record.n, hash: hashOf(text) };
      if (record.n === noted?.count) hashNoted = head.hash;
      const others = toldOf.get(record.n);
      if (others?.every(({ hash }) => hash === head?.hash) === true) confirmed++;
      else if (others !== undefined && faults.length < maxFaults)
        faults.push({ file, line, what: `the machine's own log has another record ${record.n}` });
    }
  }
  const last = head ?? { count: 0, hash: firstHash };
  if (from > 1 && files.filter((file) => file !== path).length < keptFiles)
    faults.push({ file: files[0] ?? path, line: 1, what: `the records before record ${from} are missing` });
  // Others may have gone on since it was noted.
  if (noted !== undefined && noted.count > 0 && noted.hash !== hashNoted) {
    const what = `record ${noted.count} was the newest, and ${last.count} is: the end was cut off or changed`;
    faults.push({ file: path, line: 0, what });
  }
  const newestTold = told.reduce((newest, { count }) => Math.max(newest, count), 0);
  if (newestTold > last.count) {
    const what = `the machine's own log has record ${newestTold}, and ${last.count} is the newest: the end was cut off`;
    faults.push({ file: path, line: 0, what });
  }
  return { head: last, faults, torn, from, confirmed };
}

type ChainRecord = { readonly n: number; readonly prev: string };

function breakOf({ n, prev }: ChainRecord, before: AuditHead | undefined): string | undefined {
  if (before === undefined)
    return n === 1 && prev !== firstHash ? "the first record has one before it" : undefined;
  if (n !== before.count + 1)
    return `record ${n} follows record ${before.count}: some were left out, put in or moved`;
  return prev === before.hash ? undefined : `record ${before.count}, before this one, was changed`;
}

function readRecord(text: string): ChainRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("n" in value) || !("prev" in value))
      return undefined;
    const { n, prev } = value;
    return typeof n === "number" && typeof prev === "string" ? { n, prev } : undefined;
  } catch {
    return undefined;
  }
}
