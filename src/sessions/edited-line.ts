import { matchEcho } from "./echo.ts";
import type { Look, SessionContext } from "./look.ts";
import { toldEnd } from "./sent-command.ts";
import type { TypedCommand } from "./type-command.ts";
import { typedLine } from "./typed-line.ts";

/**
 * What ran instead of a command of ours whose line a person changed between our look at it and Enter. A line that a
 * shell may have redrawn in a way of its own, as one behind another prompt, proves nothing; nor does one with nobody there.
 */
export function editedLine(
  session: SessionContext,
  { command, aid, counter, offset }: TypedCommand,
  { pane }: Look,
): string | undefined {
  if ((pane?.attachedHumans ?? 0) === 0 || aid === undefined || counter === undefined) return undefined;
  const running = session.terminal.shellLevels.find(
    (level) => level.aid === aid && level.counter === counter && level.phase === "running",
  );
  const told = running ?? toldEnd(session, { aid, counter, offset });
  if (told === undefined || told.outputStart === undefined) return undefined;
  const { cols } = session.record;
  const line = command.includes("\n") || command.length * 2 > cols ? undefined : typedLine(session, told);
  if (line?.known !== true || matchEcho(line.text, command) !== "none") return undefined;
  return line.text;
}
