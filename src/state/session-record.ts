import { z } from "zod";

import { isSessionName } from "../base/session-name.ts";

const offset = z.number().int().nonnegative();
const size = z.number().int().min(1).max(10_000);

/**
 * What is kept of a session that the stream cannot tell. The name is a part of paths and targets. Offsets are absolute places in
 * the session's log.
 */
export const sessionRecordSchema = z.object({
  session_name: z.string().refine(isSessionName),
  connection_config: z.string(),
  tmux_session: z.string(),
  log_file: z.string(),
  created_at: z.string(),
  /** `reopening`: the rest tells of the time before, until the new login is through. */
  phase: z.enum(["opening", "reopening", "open"]),
  incarnation: z.string().regex(/^[0-9a-z]{1,6}$/),
  epoch: z.number().int(),
  log_start: offset,
  epoch_start: offset,
  number: z.string().regex(/^[0-9a-f]{32}$/),
  host: z.string(),
  user: z.string(),
  port: z.number().int(),
  cols: size,
  rows: size,
  prompt: z.object({ text: z.string(), bracketed: z.boolean() }).optional(),
  /** The login shell took our marks when the session was opened. */
  integrated: z.boolean().optional(),
  /** It is to take them at its first prompt, which it had not shown by then. */
  marks_due: z.boolean().optional(),
  /** The shells that carry our marks, the login shell first; those that have ended are still in it. */
  levels: z.array(
    z.object({
      aid: z.string().regex(/^[0-9a-f]{32}$/),
      shell: z.string(),
      bracketed: z.boolean(),
      /** Of the shell's process, on its host. */
      pid: z.number().int().optional(),
    }),
  ),
  /** Numbers of before, which the kept log may still hold, and which are shown to nobody either. */
  retired: z.array(z.string().regex(/^[0-9a-f]{32}$/)).optional(),
  /** When it was made anew from what tmux had; the shells' numbers and what ran then were forgotten. */
  restored_at: z.string().optional(),
});

export type SessionRecord = z.infer<typeof sessionRecordSchema>;
