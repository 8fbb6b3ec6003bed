import * as z from "zod";

import type { CommandOutcome, ExecuteRequest } from "../../sessions/outcome.ts";
import type { OutputBounds } from "../bound-output.ts";
import { defineSessionTool } from "../define-session-tool.ts";
import {
  defaultChars,
  defaultLines,
  defaultLinesWhileRunning,
  maxChars,
  numLines,
  sessionName,
  waitFor,
  waitForSeconds,
  waitSeconds,
} from "../input-fields.ts";
import { adviseNext, describeOutcome } from "../outcome-words.ts";
import { commandFields, outputSchema } from "../output-fields.ts";
import { outputFacts } from "../terminal-facts.ts";
import { effectiveWaitSeconds } from "../wait-limit.ts";

export const executeCommand = defineSessionTool({
  name: "execute_command",
  title: "Run a command",
  description:
    "Types a command at the session's shell prompt and presses Enter. Have the user's go-ahead for a change; a request that plainly covers it counts. Pass wait_seconds, e.g. 30, for anything that should finish: the result then has the exit code and exactly what it printed. Without it, get_terminal_output shows the rest later. It never types while a program runs (SESSION_BUSY): send_input answers a program's questions.",
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  input: z.object({
    session_name: sessionName(),
    command: z
      .string()
      .refine((text) => text.trim() !== "", "must hold a command")
      .describe("One command; it may have several lines"),
    wait_seconds: waitSeconds(
      "Seconds to wait for its end; it returns as soon as the command ends, asks or stalls",
    ),
    wait_for: waitFor(),
    num_lines: numLines(
      `Most lines of output, default ${defaultLines} (${defaultLinesWhileRunning} while it runs)`,
    ),
    max_chars: maxChars(),
    expect: z
      .object({ user: z.string().optional(), host: z.string().optional(), cwd: z.string().optional() })
      .optional()
      .describe("Type only if the prompt is there"),
  }),
  output: outputSchema({ ...commandFields(), edited_by_human: z.boolean() }),
  handle: async (session, args, { call, waits }) => {
    const request: ExecuteRequest = {
      command: args.command,
      waitSeconds: effectiveWaitSeconds(
        args.wait_seconds ?? (args.wait_for === undefined ? waits.defaultSeconds : waitForSeconds),
        waits,
      ),
      ...(args.wait_for === undefined ? {} : { waitFor: args.wait_for }),
      ...(args.expect === undefined ? {} : { expect: presentExpectations(args.expect) }),
    };
    const outcome = await session.execute(request, call);
    return {
      message: describeOutcome(outcome),
      next: adviseNext(outcome),
      ...outputFacts(outcome, commandBounds(outcome, args)),
    };
  },
});

/** While a command runs its latest lines count, afterwards its beginning and its end. */
export function commandBounds(
  { exitCode, endedBy }: CommandOutcome,
  asked: { readonly num_lines?: number | undefined; readonly max_chars?: number | undefined },
): OutputBounds {
  const ended = exitCode !== undefined || endedBy === "command_ended" || endedBy === "disconnected";
  return {
    numLines: asked.num_lines ?? (ended ? defaultLines : defaultLinesWhileRunning),
    maxChars: asked.max_chars ?? defaultChars,
    keep: ended ? "both" : "tail",
  };
}

function presentExpectations(expect: {
  readonly user?: string | undefined;
  readonly host?: string | undefined;
  readonly cwd?: string | undefined;
}): { user?: string; host?: string; cwd?: string } {
  const { user, host, cwd } = expect;
  return {
    ...(user === undefined ? {} : { user }),
    ...(host === undefined ? {} : { host }),
    ...(cwd === undefined ? {} : { cwd }),
  };
}
