import type { SessionContext } from "./look.ts";

// What tmux answers to: input.c of 2.6 to 3.7c, read 2026-11-28.

const searchedBytes = 65_536;
const query = /\x1b(?:\[[?>=]?[\d;]*(?:c|n|t|q|x|\$p|\*y)|\](?:4|10|11|12|52);[^\x07\x1b]*\?|P[$+]q|Z)/;

/**
 * How shells show an answer that they did not ask for: whole, or what is left of it after the keys that they know, and ^C
 * where that took it off the line.
 */
const answer =
  /^(?:(?:\^\[|\x1b)*[[\]P]?[?>:]*(?:\d*(?:;\d*)*\$?[cnRtyu]|\|tmux [\w.-]+|\d*;?\d*;?rgb:[\da-f/]+|\d\$r(?: q)?[\d;]*(?: ?q)?)(?:\^\[)*\\?)+(?:\^C)?$/;

/**
 * Whether what stood at a prompt before log offset `until` is what the terminal answered to a program that asked and did
 * not wait, so that nobody typed it.
 */
export function isTerminalAnswer({ log }: SessionContext, typed: string, until: number): boolean {
  if (!/\d/.test(typed) || !answer.test(typed.trim())) return false;
  const { bytes } = log.read(Math.max(0, until - searchedBytes), until);
  return query.test(Buffer.from(bytes).toString("latin1"));
}
