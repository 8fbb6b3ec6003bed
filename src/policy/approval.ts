import { randomInt } from "node:crypto";

import * as z from "zod";

import { haveSameStart, msBetween, type Moment } from "../platform/moment.ts";

const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
const idLength = 8;
/** A clock that was set back by more cannot tell how old an approval is. */
const setBackMs = 60_000;
const idPattern = /^[a-z2-9]{8}$/;

/**
 * What asks for a secret, and how, as the host reports that; `isTold` where it says that what is typed there is hidden.
 * `command` is what was typed at the shell, empty where that is not known.
 */
const askerSchema = z.object({
  programs: z.array(z.string()),
  prompt: z.string(),
  isTold: z.boolean(),
  command: z.string(),
});

/** What a human is to agree to. `text` is the whole of what would be typed; all but our own words in `what` is shown escaped. */
const askedSchema = z.object({
  what: z.enum(["command", "input", "secret", "upload", "policy"]),
  text: z.string(),
  /** `text` without the secrets that the asking server knew, for the record of the answer. */
  masked: z.string().optional(),
  /** Of a secret: what asks for it. */
  asks: askerSchema.optional(),
  /** The rule that asks, in our own words. */
  rule: z.string(),
  session: z.string().optional(),
  connection: z.string(),
  /** As the configuration has them. */
  address: z.string(),
  /** As the host reports them. */
  user: z.string().optional(),
  host: z.string().optional(),
  cwd: z.string().optional(),
  client: z.string(),
  /** The very place that it may be typed at: of another one, or after other input, the approval is void. */
  binding: z.string(),
});

const approvalSchema = askedSchema.extend({
  id: z.string().regex(idPattern),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
  /** When it was made, as Moment has it. */
  up: z.string().optional(),
  state: z.enum(["pending", "approved", "declined", "used"]),
  by: z.string().optional(),
  words: z.string().optional(),
  /** What the human made of `text`. */
  edited: z.string().optional(),
});

export type AskedFor = z.infer<typeof askedSchema>;
export type Approval = z.infer<typeof approvalSchema>;

export type Decision = {
  readonly state: "approved" | "declined";
  readonly by: string;
  readonly words?: string;
  readonly edited?: string;
};

export function createApproval(asked: AskedFor, { at, up }: Moment, lifeMs: number): Approval {
  const createdAtMs = Date.parse(at);
  const id = Array.from({ length: idLength }, () => alphabet[randomInt(alphabet.length)]).join("");
  return { ...asked, id, createdAtMs, expiresAtMs: createdAtMs + lifeMs, up, state: "pending" };
}

/** Milliseconds, not above 0 once it is over: by whichever clock says so first, since the one on the wall may be set. */
export function lifeLeftMs({ createdAtMs, expiresAtMs, up }: Approval, now: Moment): number {
  const nowMs = Date.parse(now.at);
  const created = { at: new Date(createdAtMs).toISOString(), up };
  if (!haveSameStart(created, now) && nowMs < createdAtMs - setBackMs) return 0;
  return Math.min(expiresAtMs - nowMs, expiresAtMs - createdAtMs - msBetween(created, now));
}

export function isApprovalId(text: string): boolean {
  return idPattern.test(text);
}

/** Undefined for what is none, or one of another id. */
export function readApproval(id: string, text: string): Approval | undefined {
  try {
    const found = approvalSchema.safeParse(JSON.parse(text)).data;
    return found?.id === id ? found : undefined;
  } catch {
    return undefined;
  }
}
