import { sessionRecordSchema, type SessionRecord } from "../state/session-record.ts";

/** What tmux keeps of a record, without its number and prompt, so that a lost state file can be made anew from it. */
export function recordTags(record: SessionRecord): Record<string, string> {
  const { number: _number, prompt: _prompt, phase: _phase, ...kept } = record;
  return { record: Buffer.from(JSON.stringify(kept)).toString("base64url") };
}

/** Undefined when the tag is missing or not of ours. */
export function recordFromTags(tags: Readonly<Record<string, string>>, number: string): SessionRecord | undefined {
  try {
    const kept: unknown = JSON.parse(Buffer.from(tags["record"] ?? "", "base64url").toString("utf8"));
    const parsed = sessionRecordSchema.safeParse({ ...(typeof kept === "object" ? kept : {}), phase: "open", number });
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
