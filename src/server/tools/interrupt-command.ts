import * as z from "zod";

import type { InterruptOutcome } from "../../sessions/outcome.ts";
import { defineSessionTool } from "../define-session-tool.ts";
import { sessionName, waitSeconds } from "../input-fields.ts";
import { adviseNext, describeOutcome } from "../outcome-words.ts";
import { commandFields, outputSchema } from "../output-fields.ts";
import { outputFacts } from "../terminal-facts.ts";
import { effectiveWaitSeconds } from "../wait-limit.ts";
import { commandBounds } from "./execute-command.ts";

export const interruptCommand = defineSessionTool({
  name: "interrupt_command",
  title: "Interrupt with Ctrl+C",
  description:
    "Presses Ctrl+C in a session and waits for its prompt. For a command that hangs, waits at a question, or is no longer wanted. At an idle prompt it does nothing. It does not end the session: close_connection does.",
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  input: z.object({
    session_name: sessionName(),
    wait_seconds: waitSeconds("Seconds to wait for the prompt, default 2"),
  }),
  output: outputSchema({ ...commandFields(), interrupted: z.boolean() }),
  handle: async (session, args, { call, waits }) => {
    const wait = effectiveWaitSeconds(args.wait_seconds ?? 2, waits);
    const outcome = await session.interrupt({ waitSeconds: wait }, call);
    return {
      message: describeInterrupt(outcome),
      next: adviseAfterInterrupt(outcome),
      ...outputFacts(outcome, commandBounds(outcome, {}), { interrupted: outcome.interrupted }),
    };
  },
});

function describeInterrupt(outcome: InterruptOutcome): string {
  if (!outcome.interrupted && outcome.state === "idle") return "nothing was running; nothing was typed";
  return `Ctrl+C was pressed: ${describeOutcome(outcome)}`;
}

function adviseAfterInterrupt(outcome: InterruptOutcome): string | undefined {
  if (outcome.state === "idle" || outcome.state === "disconnected") return adviseNext(outcome);
  return `it did not end: try interrupt_command once more, then send_input {"session_name": ${JSON.stringify(outcome.sessionName)}, "keys": ["C-\\\\"]} (or C-z, q, C-d, whichever the program takes); close_connection with force ends the session`;
}
