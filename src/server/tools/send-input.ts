import * as z from "zod";

import type { InputOutcome } from "../../sessions/outcome.ts";
import { defineSessionTool } from "../define-session-tool.ts";
import {
  defaultChars,
  maxChars,
  numLines,
  sessionName,
  waitFor,
  waitForSeconds,
  waitSeconds,
} from "../input-fields.ts";
import { adviseNext, describeOutcome } from "../outcome-words.ts";
import { commandFields, outputSchema, someObject } from "../output-fields.ts";
import type { Reply } from "../response.ts";
import { outputFacts } from "../terminal-facts.ts";
import { effectiveWaitSeconds } from "../wait-limit.ts";
import { viewFacts } from "./get-terminal-output.ts";

const defaultInputLines = 50;

export const sendInput = defineSessionTool({
  name: "send_input",
  title: "Answer a program",
  description:
    "Types text, then presses keys, in a program that asks or draws: a question, a pager, an editor, an interpreter. Only Enter sends a line: end text with a newline, or pass keys. Returns what came after it, or the screen of a full-screen program. If something else takes the input than what you were last shown, it types nothing (EXPECTATION_FAILED). For shell commands use execute_command, for Ctrl+C interrupt_command. Never type a password that the user did not give you for this; a host key is the user's to trust (HUMAN_ONLY).",
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  input: z.object({
    session_name: sessionName(),
    text: z
      .string()
      .optional()
      .describe("Typed first; a newline in it is Enter, other control characters are their keys"),
    keys: z
      .array(z.string())
      .optional()
      .describe("Then pressed: Enter Tab Escape Up PageDown F1 C-c M-x C-Left Down*5, or one character as q"),
    cursor: z
      .string()
      .optional()
      .describe("Type only if what waits is what waited there; default: the last cursor you were shown"),
    wait_seconds: waitSeconds("Seconds to wait for its effect, default 1; 200 ms of silence end it"),
    wait_for: waitFor(),
    num_lines: numLines(`Most lines of output, default ${defaultInputLines}`),
    max_chars: maxChars(),
  }),
  output: outputSchema({
    ...commandFields(),
    view: z.string(),
    submitted: z.boolean(),
    screen: someObject(),
  }),
  handle: async (session, args, { call, waits, shown }) => {
    const request = {
      text: args.text ?? "",
      keys: args.keys ?? [],
      cursor: args.cursor ?? shown.of(args.session_name),
      waitSeconds: effectiveWaitSeconds(
        args.wait_seconds ?? (args.wait_for === undefined ? 1 : waitForSeconds),
        waits,
      ),
      ...(args.wait_for === undefined ? {} : { waitFor: args.wait_for }),
    };
    return inputReply(await session.input(request, call), args);
  },
});

/** What came of input; the bounds are the call's, where it gave some. */
export function inputReply(
  outcome: InputOutcome,
  args: { readonly num_lines?: number | undefined; readonly max_chars?: number | undefined },
): Reply {
  const bounds = {
    numLines: args.num_lines ?? defaultInputLines,
    maxChars: args.max_chars ?? defaultChars,
    keep: outcome.view === "command" ? "both" : "tail",
  } as const;
  return {
    message: describeOutcome(outcome),
    next: adviseNext(outcome),
    ...outputFacts(outcome, bounds, { ...viewFacts(outcome), submitted: outcome.submitted }),
  };
}
