import { humanAnswers } from "./hidden-prompt.ts";
import { stallMs } from "./link.ts";
import type { SessionContext } from "./look.ts";
import type { Answer } from "./oracle.ts";
import { runningMs } from "./sent-command.ts";

/**
 * Whether the last Enter of ours, of whatever process, may not have come to the program that still seems to wait:
 * nothing has come back of it, and the host has said nothing since.
 */
export function isInputUnderWay(
  { terminal, ledger, link, oracle, record: { incarnation } }: SessionContext,
  answer: Answer | undefined,
): boolean {
  const last = ledger.find((record) => record.incarnation === incarnation);
  if (last?.step !== "input" || last.enter !== true || last.offset !== terminal.offset) return false;
  // What is typed unseen is handed over with looks of its own.
  if (last.secret !== undefined || last.client === humanAnswers) return false;
  const agoMs = runningMs(last);
  const isTold = answer !== undefined && answer.verdict !== "unclear";
  if (isTold && performance.now() - answer.atMs < agoMs) return false;
  const { offset } = terminal;
  return agoMs < stallMs || oracle.pendingAt(offset) !== undefined || link.at(offset) === "stalled";
}
