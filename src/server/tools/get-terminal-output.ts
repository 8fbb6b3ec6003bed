import * as z from "zod";

import { parseCursor } from "../../base/cursor.ts";
import { UserError } from "../../base/user-error.ts";
import type { OutputOutcome, ScreenFacts } from "../../sessions/outcome.ts";
import { defineSessionTool } from "../define-session-tool.ts";
import {
  defaultChars,
  defaultLines,
  maxChars,
  numLines,
  sessionName,
  waitFor,
  waitForSeconds,
  waitSeconds,
} from "../input-fields.ts";
import { adviseNext, describeOutcome } from "../outcome-words.ts";
import { commandFields, outputSchema, someObject } from "../output-fields.ts";
import { cleanField } from "../remote-text.ts";
import type { Facts } from "../response.ts";
import { outputFacts } from "../terminal-facts.ts";
import { effectiveWaitSeconds } from "../wait-limit.ts";

const views = ["auto", "scrollback", "screen", "new", "command"] as const;

export const getTerminalOutput = defineSessionTool({
  name: "get_terminal_output",
  title: "Read the terminal",
  description:
    "Reads a session's terminal without typing anything. auto: the output of command_id or what came after cursor if one is given, the screen of a full-screen program, else the last lines. With wait_seconds it first waits until the running command ends or asks for something: the way to go on waiting after execute_command. search_output finds lines in all that was kept. Works on a disconnected session too.",
  hints: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  input: z.object({
    session_name: sessionName(),
    num_lines: numLines(`Most lines, default ${defaultLines}`),
    max_chars: maxChars(),
    view: z
      .enum(views)
      .optional()
      .describe("Default auto; new needs cursor; command without command_id is the last command"),
    command_id: z.string().optional().describe("Only the output of this command"),
    cursor: z.string().optional().describe("The cursor of an earlier result: only what came after it"),
    wait_seconds: waitSeconds("Seconds to wait for the running command, default 0"),
    wait_for: waitFor(),
  }),
  output: outputSchema({
    ...commandFields(),
    view: z.string(),
    screen: someObject(),
  }),
  handle: async (session, args, { call, waits }) => {
    const view = args.view ?? "auto";
    checkView(view, args.cursor, args.command_id);
    const bounds = {
      numLines: args.num_lines ?? defaultLines,
      maxChars: args.max_chars ?? defaultChars,
      keep: "tail",
    } as const;
    const request = {
      view,
      numLines: bounds.numLines,
      waitSeconds: effectiveWaitSeconds(
        args.wait_seconds ?? (args.wait_for === undefined ? 0 : waitForSeconds),
        waits,
      ),
      ...(args.wait_for === undefined ? {} : { waitFor: args.wait_for }),
      ...(args.command_id === undefined ? {} : { commandId: args.command_id }),
      ...(args.cursor === undefined ? {} : { cursor: args.cursor }),
    };
    const outcome = await session.output(request, call);
    const isOver = outcome.endedBy === "command_ended" || outcome.endedBy === "disconnected";
    const isWhole = outcome.view === "new" || (outcome.view === "command" && isOver);
    const keep = isWhole ? "both" : "tail";
    return {
      message: describeOutcome(outcome),
      next: adviseNext(outcome),
      ...outputFacts(outcome, { ...bounds, keep }, viewFacts(outcome)),
    };
  },
});

function checkView(
  view: (typeof views)[number],
  cursor: string | undefined,
  commandId: string | undefined,
): void {
  const isCommand = view === "auto" || view === "command";
  if (commandId !== undefined && (!isCommand || cursor !== undefined)) {
    throw new UserError(
      "INVALID_ARGUMENT",
      `command_id and ${isCommand ? "a cursor" : `view ${view}`} contradict each other`,
      "Pass command_id alone for that command's output, or leave it out.",
    );
  }
  if (view === "new" && cursor === undefined) {
    throw new UserError(
      "INVALID_ARGUMENT",
      "view new needs a cursor",
      "Pass the cursor of an earlier result, or leave view out for the last lines.",
    );
  }
  if (cursor === undefined) return;
  if (view === "scrollback" || view === "screen" || view === "command") {
    throw new UserError(
      "INVALID_ARGUMENT",
      `view ${view} and a cursor contradict each other`,
      "Leave out cursor for the terminal as it is, or view for what came after the cursor.",
    );
  }
  if (parseCursor(cursor) === undefined) {
    throw new UserError(
      "CURSOR_INVALID",
      `${JSON.stringify(cursor.slice(0, 40))} is not a cursor`,
      "Use the cursor of an earlier result as it stands, or leave it out for the last lines.",
    );
  }
}

/** Which part of the terminal the output is. */
export function viewFacts({ view, screen }: OutputOutcome): Facts {
  return { view, screen: screen && screenFacts(screen) };
}

function screenFacts({ cols, rows, cursorX, cursorY, alternate, title }: ScreenFacts): Facts {
  return { cols, rows, cursor_x: cursorX, cursor_y: cursorY, alternate, title: cleanField(title) };
}
