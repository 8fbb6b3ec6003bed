import { sessionRecordSchema, type SessionRecord } from "../../src/state/session-record.ts";

/** The record of an open session `s` on a terminal of this size. */
export function sampleRecord(size: { readonly cols: number; readonly rows: number }): SessionRecord {
  return sessionRecordSchema.parse({
    session_name: "s",
    connection_config: "lo",
    tmux_session: "mcp-s",
    log_file: "s.log",
    created_at: "2026-11-28T00:00:00Z",
    phase: "open",
    incarnation: "a",
    epoch: 1,
    log_start: 0,
    epoch_start: 0,
    number: "f".repeat(32),
    host: "h",
    user: "u",
    port: 22,
    ...size,
    levels: [],
  });
}
