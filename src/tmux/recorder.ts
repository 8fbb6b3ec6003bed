import { relative } from "node:path";

import recorder from "./scripts/recorder.sh" with { type: "text" };
import type { TmuxServer } from "./server.ts";
import { targetOf } from "./target.ts";
import { atLeast } from "./version.ts";
import { command, commandIf, type TmuxCommand } from "./words.ts";

/** `numberFile` stands in the server's runtime folder under a plain name; `segmentBytes` is a quarter of what the log may hold. */
export type Recording = { readonly name: string; readonly numberFile: string; readonly segmentBytes: number };

const option = "@mcp_recorder";

/**
 * Keeps the recorder's script with its session. It stands in an option because tmux does not expand what an
 * option holds, and because 2.6 takes at most 2 kB as the command of a pipe.
 */
export function recorderOption(
  runtimeFolder: string,
  { name, numberFile, segmentBytes }: Recording,
): TmuxCommand {
  const file = relative(runtimeFolder, numberFile);
  if (
    !/^[A-Za-z0-9_-][A-Za-z0-9_./-]*$/.test(file) ||
    !Number.isSafeInteger(segmentBytes) ||
    segmentBytes <= 0
  ) {
    throw new Error(`not a recording: ${JSON.stringify({ file, segmentBytes })}`);
  }
  return command(
    "set-option",
    "-t",
    targetOf(name),
    option,
    `set -- ${name} ${segmentBytes} ${file}\n${recorder}`,
  );
}

/** `after`: a line of shell before the script. */
export function recorderStart({ version }: TmuxServer, name: string, after = ""): TmuxCommand {
  // Below 2.7 tmux misses a recorder that died until the next output, since it does not read from the pipe.
  const both = atLeast(version, "2.7") ? ["-I", "-O"] : [];
  return command("pipe-pane", ...both, "-t", targetOf(name), `${after}#{${option}}`);
}

/** Instead of the one that runs. */
export async function restartRecorder(server: TmuxServer, name: string): Promise<void> {
  await server.run([recorderStart(server, name)]);
}

/** Starts the recorder of a session again where none runs, behind the mark of a gap; true when it had to. */
export async function reopenRecorder(server: TmuxServer, name: string): Promise<boolean> {
  const target = targetOf(name);
  const nothing = command("display-message", "-p", "-t", target, "");
  const replies = await server.run([
    command("display-message", "-p", "-t", target, "#{pane_pipe}"),
    commandIf(target, "#{pane_pipe}", nothing, recorderStart(server, name, "lost=1; ")),
  ]);
  return replies[0]?.lines[0] === "0" && replies.at(-1)?.ok === true;
}
