import { nearestName } from "../../base/nearest-name.ts";
import { sessionKey } from "../../base/session-name.ts";
import { homeTree, type HomeTree } from "../../platform/home-tree.ts";
import { pastActs } from "../../policy/past-acts.ts";
import { commandHistory } from "../../sessions/command-history.ts";
import { findLogged } from "../../sessions/logged-session.ts";
import { sessionPaths } from "../../sessions/session-files.ts";
import { keptLogs } from "../../state/kept-logs.ts";
import { Ledger } from "../../state/ledger.ts";
import { exitCodes, type RunCommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";
import { entriesOf, kindOf } from "./entries.ts";
import { jsonOfEntries } from "./entry-json.ts";
import { entryKinds, inputKinds } from "./entry-kinds.ts";
import { renderEntries } from "./entry-text.ts";
import { verify } from "./verify.ts";

/** Shows what was typed into one session or all: agents' commands by the ledgers, all else by the audit. */
export const history: RunCommand = async (invocation) => {
  const { words, flags, values, root, stdout, stderr } = invocation;
  if (flags.has("--verify")) return verify(invocation);
  const kinds = kindsOf(values.get("--kind"));
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const [name] = words;
  const kept = keptLogs(tree.logs).map((log) => log.name);
  const session = name && (kept.find((each) => sessionKey(each) === sessionKey(name)) ?? name);
  const { acts, since } = pastActs(tree.auditFile, session);
  // Of a session that never came to be there is no log.
  if (session !== undefined && acts.length === 0) findLogged(tree, new Map(), session);
  const commands = (session === undefined ? kept : [session]).flatMap((each) => commandsOf(tree, each));
  const entries = entriesOf(commands, acts).filter((entry) => kinds.has(kindOf(entry)));
  const isText = !flags.has("--json");
  stdout(isText ? renderEntries(entries, session === undefined) : jsonOfEntries(entries, since));
  if (isText && since !== undefined)
    stderr(`Of what is older than ${since} only commands are shown; all of it is in ${tree.auditFile}*\n`);
  return exitCodes.done;
};

function commandsOf(tree: HomeTree, session: string) {
  return commandHistory(session, new Ledger(sessionPaths(tree, session).ledger));
}

function kindsOf(wanted: string | undefined): ReadonlySet<string> {
  if (wanted === undefined) return new Set(inputKinds);
  if (wanted === "all") return new Set(entryKinds);
  const kinds = wanted.split(",").map((kind) => kind.trim());
  const known: readonly string[] = entryKinds;
  const unknown = kinds.find((kind) => !known.includes(kind));
  if (unknown === undefined) return new Set(kinds);
  const nearest = nearestName(unknown.slice(0, 40), known);
  const hint = nearest === undefined ? `there are: ${known.join(", ")}` : `did you mean ${nearest}?`;
  throw new UsageError(`--kind knows no ${JSON.stringify(unknown.slice(0, 40))}; ${hint}`);
}
