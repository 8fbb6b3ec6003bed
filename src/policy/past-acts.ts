import { closeSync, constants, existsSync, openSync, statSync } from "node:fs";

import * as z from "zod";

import { newestLines } from "../platform/newest-lines.ts";
import { auditFiles } from "./audit-trail.ts";

const text = z.string().optional();
const count = z.number().optional();

const recordSchema = z.object({
  at: z.string(),
  pid: z.number(),
  act: z.string(),
  session: text,
  connection: text,
  client: text,
  by: text,
  id: text,
  approval: text,
  approved: text,
  what: text,
  rule: text,
  text,
  keys: z.array(z.string()).optional(),
  name: text,
  program: text,
  command: text,
  exit: count,
  from: count,
  to: count,
  answer: text,
  words: text,
  edited: text,
  policy: text,
  direction: text,
  local: text,
  remote: text,
  bytes: count,
  failed: text,
  fate: text,
  seconds: count,
  asker: text,
  host: text,
  key: text,
  files: count,
  whole: z.boolean().optional(),
});

/** One record of the audit, or two that tell one thing: then `endedAt` is the second one's time. */
export type PastAct = z.infer<typeof recordSchema> & { readonly endedAt?: string };

export type PastActs = {
  /** The oldest first. */
  readonly acts: readonly PastAct[];
  /** The time of the oldest record that was looked at, where older ones are kept. */
  readonly since: string | undefined;
};

/** As much as a ledger holds at most; it is read in a fraction of a second. */
const maxBytes = 16 * 1_048_576;
const actOf = /^\{"n":\d+,"at":"([^"]*)","pid":\d+,"act":"([a-z]+)"/;
/** The ledgers tell these, with more. */
const toldElsewhere: ReadonlySet<string> = new Set(["command", "ended"]);

/** What the newest part of the audit tells, of one session or of all, but for agents' commands. */
export function pastActs(path: string, session?: string, mostBytes = maxBytes): PastActs {
  const acts: PastAct[] = [];
  const later = new Map<string, PastAct>();
  const ofSession = session === undefined ? "" : `"session":${JSON.stringify(session)}`;
  let oldest: string | undefined;
  for (const line of newestOf(path, mostBytes)) {
    const [, at, act] = actOf.exec(line) ?? [];
    if (act === undefined) continue;
    oldest = at;
    if (toldElsewhere.has(act) || !line.includes(ofSession)) continue;
    const record = parseRecord(line);
    if (record !== undefined && (session === undefined || record.session === session))
      acts.push(...joined(record, later));
  }
  const sizes = auditFiles(path).map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  const isAll = sizes.reduce((sum, size) => sum + size, 0) <= mostBytes;
  return { acts: [...acts, ...later.values()].toReversed(), since: isAll ? undefined : oldest };
}

/** What is over with this one, which is older than those `later` ones that wait for their beginning. */
function joined(record: PastAct, later: Map<string, PastAct>): PastAct[] {
  const key = keyOf(record);
  if (key === undefined) return [record];
  const end = later.get(key);
  if (isEnd(record)) {
    later.set(key, record);
    return end === undefined ? [] : [end];
  }
  later.delete(key);
  if (end === undefined) return [record];
  return [{ ...record, ...end, at: record.act === "asked" ? end.at : record.at, endedAt: end.at }];
}

/** Of acts that are recorded before and after: the same for both. */
function keyOf({ act, pid, session, approval, direction, local, remote, from }: PastAct): string | undefined {
  switch (act) {
    case "asked":
    case "approved":
    case "declined":
      return `approval ${approval}`;
    case "typing":
      return JSON.stringify([act, pid, session, from]);
    case "open":
    case "answer":
    case "transfer":
      return JSON.stringify([act, pid, session, direction, local, remote]);
    default:
      return undefined;
  }
}

function isEnd({ act, bytes, failed, fate, seconds }: PastAct): boolean {
  return act === "approved" || act === "declined" || (bytes ?? failed ?? fate ?? seconds) !== undefined;
}

/** Over all files of it. */
function* newestOf(path: string, mostBytes: number): Generator<string> {
  let left = mostBytes;
  for (const file of auditFiles(path).toReversed()) {
    if (left <= 0) return;
    // Another process may have just turned it over, or dropped it.
    if (!existsSync(file)) continue;
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      yield* newestLines(descriptor, left);
    } finally {
      closeSync(descriptor);
    }
    left -= statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }
}

function parseRecord(line: string): PastAct | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
