import { sessionRecordSchema, type SessionRecord } from "../state/session-record.ts";

/** What tmux keeps of a record, without its secret numbers, so that a lost state file can be made anew from it. */
export function recordTags(record: SessionRecord): Record<string, string> {
  const { number: _number, phase: _phase, levels: _levels, retired: _retired, ...kept } = record;
  return { record: Buffer.from(JSON.stringify(kept)).toString("base64url") };
}

/** All numbers by which the session's marks are or were known to be ours. */
export function numbersOf({ number, levels, retired = [] }: SessionRecord): string[] {
  return [...retired, number, ...levels.map(({ aid }) => aid)];
}

/** Undefined when the tag is missing or not of ours. */
export function recordFromTags(
  tags: Readonly<Record<string, string>>,
  number: string,
): SessionRecord | undefined {
  try {
    const kept: unknown = JSON.parse(Buffer.from(tags["record"] ?? "", "base64url").toString("utf8"));
    const known = typeof kept === "object" ? kept : {};
    return sessionRecordSchema.safeParse({
      ...known,
      restored_at: undefined,
      phase: "open",
      number,
      levels: [],
    }).data;
  } catch {
    return undefined;
  }
}
