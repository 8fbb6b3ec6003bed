import { z } from "zod";

import { whereSchema } from "./where-schema.ts";

/**
 * One step of a command of ours. `typed`: its text is about to be typed at log offset `offset`; `sent`: Enter is
 * about to be pressed there; `cleared`: its text was taken off the line again. A `typed` that nothing follows is
 * left-over text of a process that died. `input`: `text` and `keys` are about to be typed into what the command runs;
 * `secret` is the name of the one that is, and `asker` the process on the host that asked for it.
 */
const recordSchema = z.object({
  step: z.enum(["typed", "sent", "cleared", "input"]),
  id: z.string().regex(/^c\d+$/),
  incarnation: z.string(),
  /** Of the session's ssh, counted as in state.json; ledgers of before have none. */
  epoch: z.number().int().optional(),
  /** The name of the configuration's entry; ledgers of before have none. */
  connection: z.string().optional(),
  offset: z.number().int(),
  at: z.string(),
  /** As Moment has it; ledgers of before have none. */
  up: z.string().optional(),
  pid: z.number().int(),
  client: z.string(),
  command: z.string(),
  /** The shell's number and its counter at the prompt that it was typed at, where the shell tells them. */
  aid: z.string().optional(),
  counter: z.number().int().optional(),
  /** Where that shell said it was. */
  where: whereSchema.optional(),
  text: z.string().optional(),
  keys: z.array(z.string()).optional(),
  /** Enter was pressed, so that what asked has its answer. */
  enter: z.boolean().optional(),
  secret: z.string().optional(),
  asker: z.number().int().optional(),
});

export type LedgerRecord = z.infer<typeof recordSchema>;

/**
 * How a sent command has ended: its output stands at log offsets `start` (where known) to `end`. `ran` is false for what
 * the shell did not run, `cut` says that ssh ended first. Whoever sees an end may write it; of several the
 * first counts, unless only a later one knows the exit code.
 */
const endedSchema = z.object({
  step: z.literal("ended"),
  id: z.string().regex(/^c\d+$/),
  at: z.string(),
  up: z.string().optional(),
  exit: z.number().int().optional(),
  ran: z.boolean().optional(),
  cut: z.literal(true).optional(),
  start: z.number().int().optional(),
  end: z.number().int(),
});

export type EndedRecord = z.infer<typeof endedSchema>;

/** Of two ends of one command, the one that counts. */
export function endThatCounts<End extends Pick<EndedRecord, "exit" | "ran" | "cut">>(
  first: End | undefined,
  later: End,
): End {
  if (first === undefined) return later;
  const isVague = first.exit === undefined && first.ran !== false && first.cut !== true;
  return isVague && later.exit !== undefined ? later : first;
}

/** What people ran whose output ended at log offset `end`. Whoever sees it may write it; of several the first counts. */
const humanSchema = z.object({
  step: z.literal("human"),
  at: z.string(),
  pid: z.number().int(),
  command: z.string(),
  exit: z.number().int(),
  start: z.number().int().optional(),
  end: z.number().int(),
});

export type HumanRecord = z.infer<typeof humanSchema>;

/** Undefined for a line that is none, as one that a crash cut short. */
export function parseRecord(line: string): LedgerRecord | undefined {
  return /^\{"step":"(?:ended|human)"/.test(line) ? undefined : parseLine(recordSchema, line);
}

export function parseEnd(line: string): EndedRecord | undefined {
  return line.startsWith('{"step":"ended"') ? parseLine(endedSchema, line) : undefined;
}

export function parseHuman(line: string): HumanRecord | undefined {
  return line.startsWith('{"step":"human"') ? parseLine(humanSchema, line) : undefined;
}

function parseLine<T>(schema: z.ZodType<T>, line: string): T | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
