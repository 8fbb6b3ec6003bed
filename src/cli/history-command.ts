import { homeTree } from "../platform/home-tree.ts";
import { AuditTrail } from "../policy/audit-trail.ts";
import { verifyAudit } from "../policy/verify-audit.ts";
import { renderDuration } from "../server/duration.ts";
import { commandHistory, type PastCommand } from "../sessions/command-history.ts";
import { findLogged } from "../sessions/logged-session.ts";
import { sessionPaths } from "../sessions/session-files.ts";
import { keptLogs } from "../state/kept-logs.ts";
import { Ledger } from "../state/ledger.ts";
import { exitCodes, type Invocation, type RunCommand } from "./command.ts";
import { jsonText } from "./json-text.ts";
import { renderTable } from "./render-table.ts";
import { shortCommand } from "./session-words.ts";

/** Shows the commands that agents ran, by the ledgers alone. */
export const history: RunCommand = async (invocation) => {
  const { words, flags, root, stdout } = invocation;
  if (flags.has("--verify")) return verify(invocation);
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const [name] = words;
  const names =
    name === undefined
      ? keptLogs(tree.logs).map((log) => log.name)
      : [findLogged(tree, new Map(), name).name];
  const found = names.flatMap((each) => commandHistory(each, new Ledger(sessionPaths(tree, each).ledger)));
  // Of one session the order is known, whatever the clock was set to.
  const commands =
    names.length === 1 ? found : found.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  stdout(flags.has("--json") ? renderJson(commands) : renderText(commands, name === undefined));
  return exitCodes.done;
};

/** Follows the chain of audit.jsonl. */
async function verify({ root, flags, stdout }: Invocation): Promise<number> {
  const { auditFile, locks } = homeTree(root, process.getuid?.() ?? 0);
  const { head, faults, torn, from } = await verifyAudit(
    auditFile,
    new AuditTrail(auditFile, locks).notedHead(),
  );
  if (flags.has("--json")) stdout(jsonText({ ...head, from, faults, torn }));
  else {
    const places = faults.map(
      ({ file, line, what }) => `  ${file}${line === 0 ? "" : `, line ${line}`}: ${what}\n`,
    );
    const cut = torn.map(
      ({ file, line }) => `  ${file}, line ${line}: only a part of it was written, as at a crash\n`,
    );
    const found = faults.length === 0 ? "the chain is whole" : "the chain is broken:";
    stdout(
      `Records ${from} to ${head.count}, ${found}\n${places.join("")}${cut.join("")}Newest: ${head.hash}\n${compare}`,
    );
  }
  return faults.length === 0 ? exitCodes.done : exitCodes.failed;
}

const compare =
  "Whoever may write the files can make the whole chain anew: compare the newest with what the machine's own log has of it (tag mcp-ssh-interactive).\n";

function renderText(commands: readonly PastCommand[], ofAll: boolean): string {
  if (commands.length === 0) return "No command was run yet.\n";
  const rows = commands.map((each) => ({
    session: each.sessionName,
    id: each.id,
    when: localTime(each.at),
    who: each.client,
    exit: each.exitCode ?? (each.endedAt === undefined ? "not seen" : "unknown"),
    took: each.durationMs === undefined ? "" : renderDuration(each.durationMs),
    folder: each.folder,
    command: shortCommand(each.command),
  }));
  const columns = ["id", "when", "who", "exit", "took", "folder", "command"];
  return `${renderTable(rows, ofAll ? ["session", ...columns] : columns).join("\n")}\n`;
}

function renderJson(commands: readonly PastCommand[]): string {
  const facts = commands.map((each) => ({
    session_name: each.sessionName,
    command_id: each.id,
    at: each.at,
    client: each.client,
    command: each.command,
    exit_code: each.exitCode,
    ended_at: each.endedAt,
    duration_ms: each.durationMs,
    user: each.user,
    host: each.host,
    cwd: each.folder,
  }));
  return jsonText({ commands: facts, total: facts.length });
}

function localTime(at: string): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
