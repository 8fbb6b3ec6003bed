import { UserError } from "../base/user-error.ts";
import type { CloseOutcome } from "../sessions/outcome.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { exitCodes, type RunCommand } from "./command.ts";
import { findSession } from "./find-session.ts";
import { jsonText } from "./json-text.ts";
import { withSessions } from "./with-sessions.ts";

/** Ends a session; its log and its record of commands stay. */
export const close: RunCommand = ({ words, flags, stdout, ...others }) =>
  withSessions({ words, flags, stdout, ...others }, async ({ sessions }) => {
    const [name = ""] = words;
    const outcome = await end(sessions, name, flags.has("--force"));
    if (!outcome.existed) await findSession(sessions, name);
    stdout(flags.has("--json") ? renderJson(outcome) : renderText(outcome));
    return exitCodes.done;
  });

async function end(sessions: Sessions, sessionName: string, force: boolean): Promise<CloseOutcome> {
  const { signal } = new AbortController();
  try {
    return await sessions.close({ sessionName, force, byHuman: true }, { signal, client: "close" });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "SESSION_BUSY" || force) throw error;
    const hint = `Look: mcp-ssh-interactive attach ${sessionName}. End it all the same: mcp-ssh-interactive close ${sessionName} --force`;
    throw new UserError("SESSION_BUSY", error.message, hint, { cause: error });
  }
}

function renderText({ sessionName, logFile, wasRunning }: CloseOutcome): string {
  const ended = wasRunning ? ", and what ran in it has ended" : "";
  return `${sessionName} is closed${ended}. Its log stays: ${logFile}\n`;
}

function renderJson({ sessionName, logFile, wasRunning }: CloseOutcome): string {
  const facts = { session_name: sessionName, log_file: logFile, was_running: wasRunning };
  return jsonText(facts);
}
