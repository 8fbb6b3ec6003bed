import type { PastAct } from "../../policy/past-acts.ts";
import type { PastCommand } from "../../sessions/command-history.ts";
import { jsonText } from "../json-text.ts";
import { kindOf, type Entry } from "./entries.ts";

/** `entries` is all of it in order; `commands`, those of agents alone, and `total`, their number, came first. */
export function jsonOfEntries(entries: readonly Entry[], since: string | undefined): string {
  const commands = entries.flatMap((entry) => (entry.kind === "command" ? [factsOf(entry.command)] : []));
  const all = entries.map((entry) => ({
    kind: kindOf(entry),
    ...(entry.kind === "command" ? factsOf(entry.command) : factsOfAct(entry.act)),
  }));
  return jsonText({ commands, total: commands.length, entries: all, other_inputs_since: since });
}

function factsOf(each: PastCommand) {
  return {
    session_name: each.sessionName,
    connection: each.connection,
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
    log_from: each.outputStart ?? each.offset,
    log_to: each.outputEnd,
  };
}

function factsOfAct(each: PastAct) {
  return {
    session_name: each.session,
    connection: each.connection,
    command_id: each.id,
    approval_id: each.approval,
    at: each.at,
    ended_at: each.endedAt,
    client: each.client,
    by: each.by,
    approved_by: each.approved,
    command: each.command,
    exit_code: each.exit,
    text: each.text,
    keys: each.keys,
    secret: each.act === "secret" ? each.name : undefined,
    program: each.program,
    direction: each.direction,
    local_path: each.local,
    remote_path: each.remote,
    bytes: each.bytes,
    failed: each.failed,
    fate: each.fate,
    seconds: each.seconds,
    asker: each.asker,
    host: each.host,
    host_key: each.key,
    files: each.files,
    whole: each.whole,
    what: each.what,
    rule: each.rule,
    words: each.words,
    edited: each.edited,
    policy: each.policy,
    log_from: each.from,
    log_to: each.to,
  };
}
