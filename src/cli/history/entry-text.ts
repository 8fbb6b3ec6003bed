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
  const { session, id, at, client, by, exit } = act;
  return {
    session,
    id,
    kind: act.act,
    when: localTime(at),
    who: by ?? client,
    exit,
    took: tookOf(act),
    folder: "",
    command: shortCommand(wordsOf(act), longest),
  };
}

/** Of an approval it would be how long the human thought. */
function tookOf({ at, endedAt, approval, seconds }: PastAct): string {
  if (seconds !== undefined) return renderDuration(seconds * 1_000);
  if (endedAt === undefined || approval !== undefined) return "";
  return renderDuration(Date.parse(endedAt) - Date.parse(at));
}

function wordsOf(act: PastAct): string {
  return words[act.act]?.(act) ?? typed(act);
}

/** Of acts that are more than what was typed. */
const words: Readonly<Record<string, (act: PastAct) => string>> = {
  interrupt: () => "<C-c>",
  secret: ({ name, program }) => `${name} to ${program}`,
  transfer: (act) =>
    `${ways(act)}${act.bytes === undefined ? failure(act) || " not ended" : ` (${act.bytes} bytes)`}`,
  human: ({ command }) => command ?? "a hidden answer",
  typing: ({ seconds }) => `keys at the attached terminal${seconds === undefined ? ", to no known end" : ""}`,
  answer: (act) =>
    `to ${act.asker === "ssh" ? "ssh" : "a program"}, hidden${act.fate === undefined ? failure(act) : `: ${act.fate}`}`,
  approved: (act) => (act.edited === undefined ? typed(act) : `${typed(act)} -> ${act.edited}`),
  declined: (act) => (act.words === undefined ? typed(act) : `${typed(act)} (${act.words})`),
  policy: ({ connection, policy }) => `${connection}: ${policy}`,
  trust: ({ connection, key, host }) => `${connection}: ${key} of ${host}`,
  prune: ({ whole, bytes }) =>
    `${whole === true ? "log and record of commands" : "the oldest part of its log"} (${bytes} bytes)`,
  open: (act) => `${act.connection}${failure(act)}`,
  close: ({ connection }) => `${connection}`,
};

function typed({ text = "", keys = [] }: PastAct): string {
  return [text, ...keys.map((key) => `<${key}>`)].join("");
}

function failure({ failed }: PastAct): string {
  return failed === undefined ? "" : ` failed: ${failed}`;
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
