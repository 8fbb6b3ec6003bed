import { z } from "zod";

import { isSessionName } from "../base/session-name.ts";

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
  incarnation: z.string(),
  epoch: z.number().int(),
  log_start: z.number().int(),
  epoch_start: z.number().int(),
  number: z.string(),
  host: z.string(),
  user: z.string(),
  port: z.number().int(),
  cols: z.number().int(),
  rows: z.number().int(),
  prompt: z.object({ text: z.string(), bracketed: z.boolean() }).optional(),
  /** The login shell took our marks when the session was opened. */
  integrated: z.boolean().optional(),
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
});

export type SessionRecord = z.infer<typeof sessionRecordSchema>;
