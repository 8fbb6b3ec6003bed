import { join } from "node:path";
import { isatty } from "node:tty";

import { UserError } from "../../base/user-error.ts";
import { homeTree } from "../../platform/home-tree.ts";
import { findLogged, placeSince, type LoggedSession } from "../../sessions/logged-session.ts";
import { findCommand, findRecord, outputRange, unknownCommand } from "../../sessions/recorded-command.ts";
import { StateFile } from "../../state/state-file.ts";
import type { Invocation, RunCommand } from "../command.ts";
import { findSession } from "../find-session.ts";
import { printable } from "../printable.ts";
import { UsageError } from "../usage-error.ts";
import { withSessions } from "../with-sessions.ts";
import { copyLog } from "./copy-log.ts";
import { parseSince } from "./since.ts";

/** Writes what a session's terminal showed, of an open session or of one that was closed. */
export const log: RunCommand = async (invocation) => {
  const { words, flags, values, root, stdout, stderr } = invocation;
  const [name = ""] = words;
  const [follow, raw] = [flags.has("--follow"), flags.has("--raw")];
  const commandId = values.get("--command");
  if (commandId !== undefined && (follow || values.has("--since")))
    throw new UsageError("--command goes with neither --follow nor --since");
  const sinceMs = parseSince(values.get("--since"), Date.now());
  if (raw && isatty(1)) throw rawAtTerminal(name);
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const warn = (line: string) => stderr(`mcp-ssh-interactive: ${printable(line)}\n`);
  const state = new StateFile(tree.stateFile, join(tree.locks, "state"), warn);
  const logged = findLogged(tree, state.read(), name);
  const range =
    commandId === undefined
      ? { start: startOf(logged, sinceMs), end: Infinity }
      : await commandRange(invocation, logged, commandId);
  const incarnation = logged.record?.incarnation;
  const isOpen = () => incarnation !== undefined && state.get(name)?.incarnation === incarnation;
  return await copyLog(
    logged,
    range,
    { raw, isOpen: follow ? isOpen : () => false, logs: tree.logs },
    stdout,
  );
};

/** What a host sent could do anything to the terminal. */
function rawAtTerminal(name: string): UserError {
  return new UserError(
    "INVALID_ARGUMENT",
    "the raw bytes of a log are not for a terminal",
    `Into a file: mcp-ssh-interactive log ${name} --raw > FILE. As text: mcp-ssh-interactive log ${name}`,
  );
}

function startOf(logged: LoggedSession, sinceMs: number | undefined): number {
  return sinceMs === undefined ? (logged.record?.log_start ?? 0) : placeSince(logged, sinceMs);
}

/** Of an open session the marks of its shell tell where the command ended, though nobody waited for it. */
async function commandRange(invocation: Invocation, logged: LoggedSession, id: string) {
  const { name, ledger, log, record } = logged;
  if (record !== undefined) {
    return withSessions(invocation, async ({ sessions }) => {
      const context = await findSession(sessions, name);
      await context.terminal.catchUp();
      return outputRange(context, findCommand(context, id));
    });
  }
  const found = findRecord(ledger, id);
  if (found === undefined) throw unknownCommand(name, id);
  return outputRange({ ledger, log }, found);
}
