import type { Look, SessionContext } from "./look.ts";
import type { Awaiting, OpenOutcome } from "./outcome.ts";
import { readRange } from "./read-output.ts";
import { terminalFacts } from "./terminal-facts.ts";

const bannerLines = 10;

type OpenedFacts = Omit<
  OpenOutcome,
  "hasServerInfo" | "serverInfo" | "openedInMs" | "reconnected" | "checks" | "lost"
>;

/** What is told of a session that was just opened; `awaiting` is what its login still asks. */
export async function openedFacts(
  context: SessionContext,
  current: Look,
  {
    promptStart,
    awaiting,
  }: { readonly promptStart: number | undefined; readonly awaiting: Awaiting | undefined },
): Promise<OpenedFacts> {
  const { host, user, port, log_file: logFile, epoch_start, levels } = context.record;
  const banner = await readRange(context, epoch_start, promptStart ?? context.terminal.offset);
  const shell = levels[0]?.shell;
  return {
    ...terminalFacts(context, current),
    ...(awaiting === undefined ? {} : { state: "awaiting_input" as const, awaiting }),
    connectionInfo: { host, user, port },
    ...(shell === undefined ? {} : { shell }),
    banner: banner.output.split("\n").slice(-bannerLines).join("\n"),
    logFile,
    attachCommand: context.attachCommand,
  };
}
