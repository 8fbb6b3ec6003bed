import type { ProcessResult } from "../platform/run-process.ts";
import { hubName } from "./server-options.ts";

/**
 * What is at a socket. `silent`: it does not answer in time. `foreign`: there is a server, whose answers the program does
 * not understand, or the other way round; `words` are what the program said of it.
 */
export type Found =
  | { readonly kind: "absent" }
  | { readonly kind: "present"; readonly version: string; readonly hasHub: boolean }
  | { readonly kind: "silent" }
  | { readonly kind: "foreign"; readonly words: string };

/** Runs the tmux program to its end. */
export type RunTmux = (...args: string[]) => Promise<ProcessResult>;

/** Asks without starting a server. A program of another version may exit with 0 and have said nothing. */
export async function findServer(socketPath: string, run: RunTmux): Promise<Found> {
  const format = "#{version} #{session_name}";
  const answer = await run("-u", "-S", socketPath, "list-sessions", "-F", format);
  if (answer.timedOut) return { kind: "silent" };
  const lines = answer.stdout.trim().split("\n");
  const version = /^(\S+) ./.exec(lines[0] ?? "")?.[1];
  if (answer.exitCode === 0 && version !== undefined)
    return { kind: "present", version, hasHub: lines.includes(`${version} ${hubName}`) };
  const words = answer.stderr.trim();
  if (/no server running|no sessions|No such file|Connection refused/.test(words)) return { kind: "absent" };
  return { kind: "foreign", words: words === "" ? "it says nothing" : words };
}
