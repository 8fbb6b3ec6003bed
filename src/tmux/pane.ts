import type { TmuxServer } from "./server.ts";
import { parseTags, tagsOption, type Tags } from "./tags.ts";
import { sessionNameOf, targetOf } from "./target.ts";
import { command } from "./words.ts";

/**
 * What tmux knows of a session's pane. `programEnded`: the wrapper has let its program go and only sleeps; `dead`:
 * the wrapper itself is gone. `title` is remote text. `attachedHumans` counts the clients at this session.
 */
export type PaneFacts = {
  readonly name: string;
  readonly programEnded: boolean;
  readonly dead: boolean;
  readonly deadStatus: number | undefined;
  readonly pid: number;
  readonly tty: string;
  readonly alternateOn: boolean;
  readonly inMode: boolean;
  readonly pipeOpen: boolean;
  readonly cols: number;
  readonly rows: number;
  readonly cursorX: number;
  readonly cursorY: number;
  readonly historySize: number;
  readonly attachedHumans: number;
  readonly tags: Tags;
  readonly title: string;
};

const fields = [
  "session_name",
  "==:#{pane_current_command},sleep",
  "pane_dead",
  "pane_dead_status",
  "pane_pid",
  "pane_tty",
  "alternate_on",
  "pane_in_mode",
  "pane_pipe",
  "pane_width",
  "pane_height",
  "cursor_x",
  "cursor_y",
  "history_size",
  "session_attached",
  tagsOption,
  "pane_title",
];

/** A `#` between the fields can stand in none but the last. */
const format = fields.map((field) => `#{${field}}`).join("##");

/** All sessions of ours, in one question. */
export async function listPanes(server: TmuxServer): Promise<PaneFacts[]> {
  const [reply] = await server.run([command("list-panes", "-a", "-F", format)]);
  return (reply?.lines ?? []).map(parsePane).filter((facts) => facts !== undefined);
}

/** Undefined when tmux has no such session. */
export async function paneFacts(server: TmuxServer, name: string): Promise<PaneFacts | undefined> {
  const [reply] = await server.run([command("list-panes", "-t", targetOf(name), "-F", format)]);
  return reply?.ok === true ? parsePane(reply.lines[0] ?? "") : undefined;
}

function parsePane(line: string): PaneFacts | undefined {
  const [tmuxName = "", ended, dead, status, pid, tty, alternate, mode, pipe, ...rest] = line.split("#");
  const [cols, rows, cursorX, cursorY, historySize, attached, tags, ...title] = rest;
  const name = sessionNameOf(tmuxName);
  const numbers = [pid, cols, rows, cursorX, cursorY, historySize, attached].map(Number);
  if (name === undefined || tags === undefined || !numbers.every(Number.isSafeInteger)) return undefined;
  // Signals go to this process's group: 0, 1 and -1 would mean quite other processes.
  if (Number(pid) <= 1) return undefined;
  return {
    name,
    programEnded: ended === "1",
    dead: dead === "1",
    deadStatus: status === undefined || status === "" ? undefined : Number(status),
    pid: Number(pid),
    tty: tty ?? "",
    alternateOn: alternate === "1",
    inMode: mode !== "0",
    pipeOpen: pipe === "1",
    cols: Number(cols),
    rows: Number(rows),
    cursorX: Number(cursorX),
    cursorY: Number(cursorY),
    historySize: Number(historySize),
    attachedHumans: Number(attached),
    tags: parseTags(tags),
    title: title.join("#"),
  };
}
