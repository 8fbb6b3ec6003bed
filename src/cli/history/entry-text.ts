import type { PastAct } from "../../policy/past-acts.ts";
import { renderDuration } from "../../server/duration.ts";
import { renderTable } from "../render-table.ts";
import { shortCommand } from "../session-words.ts";
import type { Entry } from "./entries.ts";

const longest = 120;

/** One line each; a command's has no kind. */
export function renderEntries(entries: readonly Entry[], ofAll: boolean): string {
  if (entries.length === 0) return "No command was run yet.\n";
  const rows = entries.map(rowOf);
  const kinds = rows.some(({ kind }) => kind !== undefined) ? ["kind"] : [];
  const columns = ["id", ...kinds, "when", "who", "exit", "took", "folder", "command"];
  return `${renderTable(rows, ofAll ? ["session", ...columns] : columns).join("\n")}\n`;
}

function rowOf(entry: Entry) {
  if (entry.kind === "act") return rowOfAct(entry.act);
  const { command: of } = entry;
  return {
    session: of.sessionName,
    id: of.id,
    kind: undefined,
    when: localTime(of.at),
    who: of.client,
    exit: of.exitCode ?? (of.endedAt === undefined ? "not seen" : "unknown"),
    took: of.durationMs === undefined ? "" : renderDuration(of.durationMs),
    folder: of.folder,
    command: shortCommand(of.command),
  };
}

function rowOfAct(act: PastAct) {
  const { session, id, at, endedAt, client, by, exit } = act;
  const tookMs = endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(at);
  return {
    session,
    id,
    kind: act.act,
    when: localTime(at),
    who: by ?? client,
    exit,
    took: tookMs === undefined || act.approval !== undefined ? "" : renderDuration(tookMs),
    folder: "",
    command: shortCommand(wordsOf(act), longest),
  };
}

function wordsOf(of: PastAct): string {
  const { text = "", keys = [], failed } = of;
  const typed = [text, ...keys.map((key) => `<${key}>`)].join("");
  const end = failed === undefined ? "" : ` failed: ${failed}`;
  switch (of.act) {
    case "interrupt":
      return "<C-c>";
    case "secret":
      return `${of.name} to ${of.program}`;
    case "transfer":
      return `${ways(of)}${of.bytes === undefined ? end || " not ended" : ` (${of.bytes} bytes)`}`;
    case "human":
      return of.command ?? "a hidden answer";
    case "answer":
      return `to ${of.asker === "ssh" ? "ssh" : "a program"}, hidden${of.fate === undefined ? end : `: ${of.fate}`}`;
    case "approved":
      return of.edited === undefined ? typed : `${typed} -> ${of.edited}`;
    case "declined":
      return of.words === undefined ? typed : `${typed} (${of.words})`;
    case "policy":
      return `${of.connection}: ${of.policy}`;
    case "trust":
      return `${of.connection}: ${of.key} of ${of.host}`;
    case "prune":
      return `${of.whole === true ? "log and record of commands" : "the oldest part of its log"} (${of.bytes} bytes)`;
    case "open":
    case "close":
      return `${of.connection}${end}`;
    default:
      return typed;
  }
}

function ways({ direction, local, remote }: PastAct): string {
  return direction === "upload" ? `upload ${local} to ${remote}` : `download ${remote} to ${local}`;
}

function localTime(at: string): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
