import * as z from "zod";

import type { FoundLine, SearchOutcome } from "../../sessions/search-outcome.ts";
import { defineSessionTool } from "../define-session-tool.ts";
import { defaultChars, maxChars, sessionName } from "../input-fields.ts";
import { outputSchema } from "../output-fields.ts";
import { cleanField, cleanText, sliceWhole } from "../remote-text.ts";

const defaultMatches = 20;
const defaultContextLines = 2;
const maxLineChars = 500;

export const searchOutput = defineSessionTool({
  name: "search_output",
  title: "Search the output",
  description:
    "Finds the lines of a session's kept output that match a pattern, newest kept, with the lines around them. For long output, where get_terminal_output shows only a part. Each match has the command_id that printed it and a cursor for get_terminal_output. It types nothing, searches no files on the host, and stops after 5 s with a cursor to go on.",
  hints: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  input: z.object({
    session_name: sessionName(),
    pattern: z.string().describe("RE2 regular expression, tried on each line"),
    ignore_case: z.boolean().optional().describe("Default false"),
    context_lines: z.int().min(0).max(20).optional().describe(`Lines around, default ${defaultContextLines}`),
    max_matches: z.int().min(1).max(200).optional().describe(`Default ${defaultMatches}`),
    command_id: z.string().optional().describe("Only the output of this command"),
    cursor: z.string().optional().describe("Only what came after it; line counts from there"),
    max_chars: maxChars(),
  }),
  output: outputSchema({
    success: z.boolean(),
    session_name: z.string(),
    total_matches: z.int(),
    truncated: z.boolean(),
    cursor: z.string(),
    bytes_missed: z.int(),
    adjusted: z.looseObject({}),
    matches: z.array(z.looseObject({}).describe("line, text, before, after, command_id, cursor")),
  }),
  handle: async (session, args, { call }) => {
    const { command_id: commandId, cursor } = args;
    const outcome = await session.search(
      {
        pattern: args.pattern,
        ignoreCase: args.ignore_case ?? false,
        contextLines: args.context_lines ?? defaultContextLines,
        maxMatches: args.max_matches ?? defaultMatches,
        ...(commandId === undefined ? {} : { commandId }),
        ...(cursor === undefined ? {} : { cursor }),
      },
      call,
    );
    return presentSearch(outcome, args.max_chars ?? defaultChars);
  },
});

function presentSearch(outcome: SearchOutcome, room: number) {
  const matches = newestWithin(outcome.matches.map(presentMatch), room);
  const { totalMatches, isComplete, cursor, bytesMissed } = outcome;
  const shown = matches.length < totalMatches ? `, the newest ${matches.length} are shown` : "";
  const count = totalMatches === 1 ? "1 line matches" : `${totalMatches} lines match`;
  return {
    message: `${totalMatches === 0 ? "no line matches" : count}${shown}${isComplete ? "" : " so far; not all was searched in 5 s"}`,
    next: isComplete ? undefined : `the same call with "cursor": "${cursor}" goes on`,
    facts: {
      session_name: outcome.sessionName,
      total_matches: totalMatches,
      truncated: !isComplete || matches.length < totalMatches || bytesMissed > 0,
      cursor,
      bytes_missed: bytesMissed > 0 ? bytesMissed : undefined,
    },
    blocks: [
      { name: "matches", label: "remote", text: matches.map(renderMatch).join("\n--\n"), value: matches },
    ] as const,
  };
}

type Match = ReturnType<typeof presentMatch>;

function presentMatch({ line, text, before, after, commandId, cursor }: FoundLine) {
  return {
    line,
    text: shorten(text),
    before: before.map(shorten),
    after: after.map(shorten),
    ...(commandId === undefined ? {} : { command_id: commandId }),
    cursor,
  };
}

function shorten(text: string): string {
  const line = cleanText(text).replaceAll("\n", " ");
  return line.length <= maxLineChars ? line : `${sliceWhole(line, 0, maxLineChars - 1)}…`;
}

/** The newest match is shown whatever its size. */
function newestWithin(matches: readonly Match[], room: number): Match[] {
  let left = room;
  const newestFirst = matches.toReversed();
  const count = newestFirst.findIndex((match, index) => {
    left -= renderMatch(match).length + 4;
    return left < 0 && index > 0;
  });
  return newestFirst.slice(0, count < 0 ? undefined : count).toReversed();
}

/** As grep shows it: the line's number, its command, the place to go on reading from. */
function renderMatch({ line, text, before, after, command_id: id, cursor }: Match): string {
  const around = (texts: readonly string[], first: number) =>
    texts.map((each, index) => `${first + index}- ${each}`);
  const head = `${line}: ${text}`;
  const note = `[${id === undefined ? "" : `${cleanField(id)}, `}cursor ${cursor}]`;
  return [note, ...around(before, line - before.length), head, ...around(after, line + 1)].join("\n");
}
