import type { TmuxServer } from "./server.ts";
import { targetOf, tmuxSessionName } from "./target.ts";
import { atLeast, type TmuxVersion } from "./version.ts";
import { command, type TmuxCommand } from "./words.ts";

const helpTable = "mcp_help";
const textOption = "@mcp_text";

const help =
  "C-b d leaves | C-b [ scrolls back: q ends it | C-b C-b types C-b | C-b a answers what waits | C-b p stops agents | any key ends this help";

/** What a human who attaches may press after C-b: help, leave, scroll back, send C-b itself. */
export function humanKeys(version: TmuxVersion): TmuxCommand[] {
  return [
    command("bind-key", "-T", "prefix", "d", "detach-client"),
    // Copy mode keeps agents from typing; a client that only reads may not run if-shell.
    command("bind-key", "-T", "prefix", "[", "if-shell", "-F", "1", "copy-mode"),
    command("bind-key", "-T", "prefix", "C-b", "send-prefix"),
    ...helpKeys(version),
  ];
}

/**
 * The keys by which a human answers what waits, and stops all agents. `own` starts our own program, which draws in a
 * window over the terminal that no agent sees; no word of it is expanded, or read by a shell.
 */
export async function bindPolicyKeys(server: TmuxServer, own: readonly string[]): Promise<void> {
  const canDraw = atLeast(server.version, "3.2") && !own.some((word) => word.endsWith(";"));
  await server.run(
    policyKeys.map(({ key, words }) =>
      canDraw
        ? command("bind-key", "-T", "prefix", key, "display-popup", "-E", ...drawn, ...own, words)
        : command(
            "bind-key",
            "-T",
            "prefix",
            key,
            "display-message",
            `in another terminal: mcp-ssh-interactive ${words}`,
          ),
    ),
  );
}

const policyKeys = [
  { key: "a", words: "approve" },
  { key: "p", words: "pause" },
] as const;
const drawn = ["-w", "90%", "-h", "90%"];

/** A table of keys of its own, to which a client that only reads may change: the status line shows the help until the next key. */
function helpKeys(version: TmuxVersion): TmuxCommand[] {
  if (!atLeast(version, "2.9")) {
    return [
      command("bind-key", "-T", "prefix", "?", "display-message", help),
      command("set-option", "-g", "display-time", "10000"),
    ];
  }
  return [
    command("bind-key", "-T", "prefix", "?", "switch-client", "-T", helpTable),
    command("bind-key", "-T", helpTable, "Any", "switch-client", "-T", "root"),
  ];
}

const text = `#{?#{==:#{client_key_table},${helpTable}},${help},#{${textOption}}}`;
/** The keys come first, since a narrow terminal cuts the rest. */
const left = ` C-b ? help |#{?client_readonly, read-only |,} ${text}`;

/** Below the terminal of everyone attached to this session. */
export async function showStatusLine(server: TmuxServer, name: string, shown: string): Promise<void> {
  const target = targetOf(name);
  const options = [
    [textOption, statusText(shown)],
    ["status-left", left],
    ["status-left-length", "500"],
    ["status-right", ""],
    ["status-interval", "5"],
    ["status", "on"],
  ] as const;
  await server.run([
    ...options.map(([option, value]) => command("set-option", "-t", target, option, value)),
    command("set-window-option", "-t", target, "window-status-format", ""),
    command("set-window-option", "-t", target, "window-status-current-format", ""),
  ]);
}

/** Shown at once to everyone attached. */
export async function setStatusText(server: TmuxServer, name: string, shown: string): Promise<void> {
  await server.run([command("set-option", "-t", targetOf(name), textOption, statusText(shown))]);
}

/** A status line takes `#[…]` for a style and, from 3.0 on, `##` for one `#` (tmux(1), STYLES). */
function statusText(shown: string): string {
  return shown
    .replace(/[^\x20-\x7e]/gu, "?")
    .replaceAll("#[", "# [")
    .replaceAll("#", "##");
}

/** The words of tmux's own client in a human's terminal. */
export function attachWords(
  program: string,
  { socketPath }: TmuxServer,
  name: string,
  { readOnly }: { readonly readOnly: boolean },
): string[] {
  const attach = ["attach-session", "-t", `=${tmuxSessionName(name)}`, ...(readOnly ? ["-r"] : [])];
  return [program, "-u", "-S", socketPath, "-f", "/dev/null", ...attach];
}

/** Seconds since 1970: when the client of this process id began, and when a key was last pressed in it. Undefined once it is gone. */
export async function clientTimes(
  server: TmuxServer,
  name: string,
  pid: number,
): Promise<{ readonly begunAt: number; readonly keyAt: number } | undefined> {
  const format = "#{client_pid} #{client_created} #{client_activity}";
  const [reply] = await server.run([command("list-clients", "-t", targetOf(name), "-F", format)]);
  const line = reply?.lines.find((each) => each.startsWith(`${pid} `));
  if (line === undefined) return undefined;
  const [, begunAt = 0, keyAt = 0] = line.split(" ").map(Number);
  return { begunAt, keyAt };
}

/** Older ones hand on what a host wraps in DCS to the terminals that are attached. */
export function passesHostSequencesOn({ version }: TmuxServer): boolean {
  return !atLeast(version, "3.3");
}
