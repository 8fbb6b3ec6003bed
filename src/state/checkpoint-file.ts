import { readFileSync } from "node:fs";

import { z } from "zod";

import { writeFileAtomically } from "../platform/atomic-file.ts";
import { whereSchema } from "./where-schema.ts";

const offset = z.number().int().nonnegative();
const place = z.object({ start: offset, end: offset });

/** Grows when the meaning of what follows changes; another number is as good as no checkpoint. */
const format = 4;

const escapeSchema = z.object({
  phase: z.enum(["ground", "escape", "csi", "csi-ignored", "osc", "osc-escape", "string"]),
  start: offset,
  intermediates: z.string(),
  parameters: z.array(z.number().int()).readonly(),
  parameterBytes: offset,
  discarded: z.boolean(),
  text: z.string(),
});

const marksSchema = z.object({
  aid: z.string(),
  bracketed: z.boolean(),
  pid: z.number().int().optional(),
  replaces: z.array(z.string()).readonly().optional(),
  seen: z.boolean().optional(),
  counter: offset,
  phase: z.enum(["unmarked", "ended", "prompt", "running", "continuation"]),
  since: offset,
  marksBegin: z.boolean(),
  lineLeft: z.boolean(),
  where: whereSchema.optional(),
  promptAt: offset.optional(),
  outputStart: offset.optional(),
  ended: z
    .array(
      z.object({
        counter: offset,
        status: offset,
        ran: z.boolean().optional(),
        promptAt: offset.optional(),
        outputStart: offset.optional(),
        outputEnd: offset,
      }),
    )
    .readonly(),
});

const checkpointSchema = z.object({
  format: z.literal(format),
  incarnation: z.string(),
  epoch: z.number().int(),
  terminal: z.object({
    stream: z.object({
      offset,
      bracketedPaste: z.boolean(),
      alternateScreen: z.boolean(),
      lineStart: offset,
      addressing: z.array(offset).readonly(),
      savedAddressing: z.array(offset).readonly().nullable(),
      escape: escapeSchema.nullable(),
    }),
    editor: place.optional(),
    end: z.object({ status: z.number().int(), offset }).optional(),
    gapEnd: offset.optional(),
    levels: z.array(marksSchema).readonly(),
  }),
});

/** All that a reader of the log knew at `terminal.stream.offset` of one epoch of a session. */
export type Checkpoint = Omit<z.infer<typeof checkpointSchema>, "format">;

/** Undefined when there is none, or none that can be relied on: a reader then begins at the epoch's start. */
export function readCheckpoint(path: string): Checkpoint | undefined {
  try {
    return checkpointSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** What is lost of it costs a reader time alone, so neither the disk's confirmation nor a failure matters. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  try {
    writeFileAtomically(path, JSON.stringify({ format, ...checkpoint }), { durable: false });
  } catch {
    return;
  }
}
