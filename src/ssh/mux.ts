import { existsSync } from "node:fs";

import { runProcess } from "../platform/run-process.ts";
import terminalState from "./scripts/terminal-state.sh" with { type: "text" };
import { sessionFiles } from "./session-files.ts";
import { escapePercent, shellQuote } from "./shell-quote.ts";

export type MuxSession = {
  /** Absolute path. */
  readonly ssh: string;
  readonly env: Readonly<Record<string, string>>;
  readonly runtimeFolder: string;
  readonly sessionName: string;
};

const maxOutputBytes = 4_096;

/** ssh takes any name: all of them lead to the master. */
const host = "master";

/**
 * What `command` printed on the host, run without a terminal over one more channel of the session's own connection; undefined when
 * there is none, the host refuses, or it took over `timeoutMs` or 4 kB. Never makes a connection of its own. Throws on abort.
 */
export async function runOverMux(
  { ssh, env, runtimeFolder, sessionName }: MuxSession,
  command: string,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<string | undefined> {
  const { controlPath } = sessionFiles(runtimeFolder, sessionName);
  if (!existsSync(controlPath)) return undefined;
  const options = ["BatchMode=yes", "ProxyCommand=false", "ControlMaster=no", "LogLevel=QUIET"];
  const argv = [
    ssh,
    "-F",
    "/dev/null",
    "-T",
    "-S",
    escapePercent(controlPath),
    ...options.flatMap((option) => ["-o", option]),
    host,
    command,
  ];
  const result = await runProcess(argv, {
    env,
    timeoutMs,
    maxOutputBytes,
    signal,
  });
  return result.exitCode === 0 && result.stdout.length <= maxOutputBytes ? result.stdout : undefined;
}

/** The command, for whatever shell the account has, that tells of the session's terminal in lines that begin with `tag`. */
export function terminalStateCommand(tag: string): string {
  const lines = terminalState.split("\n").filter((line) => line !== "" && !line.trimStart().startsWith("#"));
  // tcsh takes no line end within quotes.
  const words = ["/bin/sh", "-c", `eval "$(printf %s "$2" | tr "~" "\\n")"`, "sh", tag, lines.join("~")];
  return `exec ${words.map(shellQuote).join(" ")}`;
}
