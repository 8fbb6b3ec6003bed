import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";

import { runProcess } from "../platform/run-process.ts";
import fileSum from "./scripts/file-sum.sh" with { type: "text" };
import terminalState from "./scripts/terminal-state.sh" with { type: "text" };
import { sessionFiles, trimSshLog } from "./session-files.ts";
import type { SftpChannel } from "./sftp/sftp-client.ts";
import { escapePercent, shellQuote } from "./shell-quote.ts";

export type MuxSession = {
  /** Absolute path. */
  readonly ssh: string;
  readonly env: Readonly<Record<string, string>>;
  readonly runtimeFolder: string;
  readonly sessionName: string;
};

const maxOutputBytes = 4_096;
const sumBaseMs = 30_000;
const leastSumBytesPerMs = 10_000;

/** ssh takes any name: all of them lead to the master. */
const host = "master";

/** `stdin` is given to the command whole. */
export type MuxLimits = {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly stdin?: string;
};

/**
 * What `command` printed on the host, run without a terminal over one more channel of the session's own connection; undefined when
 * there is none, the host refuses, or it took over `timeoutMs` or 4 kB. Never makes a connection of its own. Throws on abort.
 */
export async function runOverMux(
  mux: MuxSession,
  command: string,
  { signal, timeoutMs, stdin }: MuxLimits,
): Promise<string | undefined> {
  if (!hasMaster(mux)) return undefined;
  const result = await runProcess(muxArgv(mux, [host, command]), {
    env: mux.env,
    timeoutMs,
    maxOutputBytes,
    signal,
    ...(stdin === undefined ? {} : { stdin }),
  });
  trimSshLog(mux.runtimeFolder, mux.sessionName);
  return result.exitCode === 0 && result.stdout.length <= maxOutputBytes ? result.stdout : undefined;
}

/** The session's sftp over one more channel of its connection; it never speaks where there is no connection or the host refuses. */
export function openSftpChannel(mux: MuxSession): SftpChannel {
  const child = Bun.spawn(muxArgv(mux, ["-s", host, "sftp"]), {
    env: { ...mux.env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    // Ctrl+C at our terminal is for us.
    detached: true,
  });
  return {
    send: (bytes) => void sendTo(child.stdin, bytes),
    chunks: child.stdout,
    close: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** That the other end is gone is told by the end of its output. */
async function sendTo(sink: Bun.FileSink, bytes: Uint8Array): Promise<void> {
  try {
    sink.write(bytes);
    await sink.flush();
  } catch {}
}

/** False before the login too. */
export function hasMaster({ runtimeFolder, sessionName }: MuxSession): boolean {
  return existsSync(sessionFiles(runtimeFolder, sessionName).controlPath);
}

function muxArgv({ ssh, runtimeFolder, sessionName }: MuxSession, rest: readonly string[]): string[] {
  const { controlPath } = sessionFiles(runtimeFolder, sessionName);
  const options = ["BatchMode=yes", "ProxyCommand=false", "ControlMaster=no", "LogLevel=QUIET"];
  const words = options.flatMap((option) => ["-o", option]);
  return [ssh, "-F", "/dev/null", "-T", "-S", escapePercent(controlPath), ...words, ...rest];
}

/** What the programs in front do, that with their arguments, or who has the terminal open. */
export type TerminalSubject = "front" | "arguments" | "holders";

/** The command, for whatever shell the account has, that tells of the session's terminal in lines that begin with `tag`. */
export function terminalStateCommand(tag: string, about: TerminalSubject = "front"): string {
  return scriptCommand(terminalState, [tag, about]);
}

/**
 * The SHA-256, in hex, of the first `bytes` of a file as a program of the host computes it; undefined where that cannot be
 * had. `path` is absolute. Throws on abort.
 */
export async function hostSha256(
  mux: MuxSession,
  { path, bytes }: { readonly path: string; readonly bytes: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const tag = randomBytes(8).toString("hex");
  const limits = { signal, stdin: path, timeoutMs: sumBaseMs + bytes / leastSumBytesPerMs };
  const text = await runOverMux(mux, scriptCommand(fileSum, [tag, String(bytes)]), limits);
  return new RegExp(`^${tag} ([0-9a-f]{64})$`, "m").exec(text ?? "")?.[1];
}

/** Runs in sh; `args` are its $1 and what follows. */
function scriptCommand(script: string, args: readonly string[]): string {
  const lines = script.split("\n").filter((line) => line !== "" && !line.trimStart().startsWith("#"));
  // tcsh takes no line end within quotes.
  const begin = 'script=$1; shift; eval "$(printf %s "$script" | tr "~" "\\n")"';
  return `exec ${["/bin/sh", "-c", begin, "sh", lines.join("~"), ...args].map(shellQuote).join(" ")}`;
}
