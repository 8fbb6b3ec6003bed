import { renewMarks } from "./integrate.ts";
import { lockInputIfFree } from "./lock-input.ts";
import type { Look, SessionContext } from "./look.ts";
import type { EndedCommand } from "./mark-track.ts";
import { mayLoseMarks } from "./nested-shell.ts";
import { noteEnd } from "./recorded-command.ts";
import { toldEnd } from "./sent-command.ts";
import type { TypedCommand } from "./type-command.ts";
import { waitsStill } from "./waits-still.ts";

/**
 * How a command has ended that set the prompt which `look` is at, and so took away the marks in it, as it does in
 * shells without hooks. Undefined when it is another shell's prompt.
 */
export async function renewPrompt(
  session: SessionContext,
  typed: TypedCommand,
  look: Look,
  signal: AbortSignal,
): Promise<EndedCommand | undefined> {
  const { prompt, promptStart } = look;
  const { marks } = session.terminal;
  if (prompt === undefined || marks === undefined || marks.marksBegin) return undefined;
  if (!mayLoseMarks(typed.command, marks)) return undefined;
  await using lock = await lockInputIfFree(session, signal);
  if (lock === undefined || !(await waitsStill(session, look))) return undefined;
  const drawn = await renewMarks(session, prompt);
  const told = toldEnd(session, typed);
  if (drawn === undefined || told === undefined) return undefined;
  // What was printed may have left its line open.
  const printed = prompt.text.endsWith(drawn) ? prompt.text.slice(0, -drawn.length) : "";
  const ended = { ...told, outputEnd: (promptStart ?? told.outputEnd) + Buffer.byteLength(printed) };
  noteEnd(session, typed, ended);
  return ended;
}
