import { randomInt } from "node:crypto";
import { basename } from "node:path";

import { UserError } from "../base/user-error.ts";
import { ControllingTerminal } from "../platform/controlling-terminal.ts";
import { ancestry, readProcessTable, type ProcessFacts } from "../platform/process-table.ts";
import { servingProcesses } from "./serving-mark.ts";

const codeDigits = 4;

/** How a human of this account stands in records; `where` as "at a terminal". */
export function humanBy(where: string): string {
  return `a human ${where} (user id ${process.getuid?.()})`;
}

/**
 * The terminal of the human who runs this command, of which `words` is the whole. Throws HUMAN_ONLY without a
 * terminal, and in one that the program which also started a server of ours has made: an agent's own shell.
 */
export async function requireHuman(words: string, locks: string): Promise<ControllingTerminal> {
  const agent = await agentAbove(locks);
  if (agent !== undefined) {
    throw new UserError(
      "HUMAN_ONLY",
      `this was started by ${agent.name} (process ${agent.pid}), which also started a server for an agent`,
      `In a terminal that this program did not open, a human runs: ${words}`,
      { details: { command_for_user: words } },
    );
  }
  const terminal = ControllingTerminal.open();
  if (terminal !== undefined) return terminal;
  throw new UserError(
    "HUMAN_ONLY",
    "this needs a terminal and a human at it",
    `Open a terminal and run there: ${words}`,
    {
      details: { command_for_user: words },
    },
  );
}

export type Consent = "given" | "refused" | "interrupted";

/** Asks for a code that only this terminal shows, which no program that merely presses keys can know. */
export async function askConsent(terminal: ControllingTerminal, question: string): Promise<Consent> {
  const code = String(randomInt(10 ** codeDigits)).padStart(codeDigits, "0");
  const prompt = `${question},\ntype ${code} and Enter; anything else means no: `;
  const typed = await terminal.readLine(prompt, { hidden: false });
  if (typed.kind === "interrupted") return "interrupted";
  return typed.kind === "line" && typed.text.trim() === code ? "given" : "refused";
}

/**
 * The nearest process above both us and a server. One that only gave the server's client a terminal of its own, as
 * tmux, sshd or a window program do, is not the agent; nor is what starts all of a user's programs, or an sshd that we
 * and the server came in through by two connections.
 */
async function agentAbove(locks: string): Promise<ProcessFacts | undefined> {
  const table = await readProcessTable();
  const below = ancestry(table, process.pid);
  const ours = new Set(below.map(({ pid }) => pid));
  for (const server of servingProcesses(locks)) {
    const above = ancestry(table, server);
    const at = above.findIndex(({ pid }) => ours.has(pid));
    const shared = above[at];
    if (shared === undefined || startsEverything(shared)) continue;
    const ownBranch = below[below.findIndex(({ pid }) => pid === shared.pid) - 1];
    if (isLoginServer(shared, above[at - 1]) && isLoginServer(shared, ownBranch)) continue;
    const hasOwnTerminal = above.slice(1, at).some(({ leadsTerminal }) => leadsTerminal);
    if (!hasOwnTerminal) return shared;
  }
  return undefined;
}

/** It has a process of its own kind for each connection; what a connection itself starts is of another. */
function isLoginServer({ name }: ProcessFacts, branch: ProcessFacts | undefined): boolean {
  const kind = /^(?:sshd|dropbear)(?=$|-)/.exec(basename(name))?.[0];
  return kind !== undefined && branch !== undefined && basename(branch.name).startsWith(kind);
}

function startsEverything({ pid, name }: ProcessFacts): boolean {
  return pid === 1 || name === "systemd";
}
