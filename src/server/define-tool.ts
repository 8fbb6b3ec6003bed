import type * as z from "zod";

import type { Call, SessionService } from "../sessions/outcome.ts";
import { readArguments } from "./arguments.ts";
import type { AskHuman } from "./human-answer.ts";
import type { Reply } from "./response.ts";
import type { SessionTurns } from "./session-turns.ts";
import type { ShownCursors } from "./shown-cursors.ts";
import type { WaitLimits } from "./wait-limit.ts";

/** What a handler works with; made anew for each call. */
export type ToolContext = {
  readonly service: SessionService;
  readonly call: Call;
  readonly turns: SessionTurns;
  readonly waits: WaitLimits;
  readonly shown: ShownCursors;
  /** Undefined where the client, or this machine, has no way to ask the user on a page. */
  readonly askHuman?: AskHuman | undefined;
};

export type SafetyHints = {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
};

/** `showsTerminal`: its results are mostly a host's text, so `settings.results: text` applies. */
export type ToolLiteral<Input extends z.ZodObject> = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly hints: SafetyHints;
  readonly showsTerminal: boolean;
  readonly input: Input;
  readonly output: z.ZodObject;
  readonly handle: (args: z.output<Input>, context: ToolContext) => Promise<Reply>;
};

/** A tool whose arguments are still unread. */
export type Tool = Omit<ToolLiteral<z.ZodObject>, "handle"> & {
  readonly run: (raw: Readonly<Record<string, unknown>>, context: ToolContext) => Promise<Reply>;
};

export function defineTool<Input extends z.ZodObject>({ handle, ...literal }: ToolLiteral<Input>): Tool {
  return {
    ...literal,
    run: async (raw, context) => {
      const { values, adjusted } = readArguments(literal.name, literal.input, raw);
      const reply = await handle(values, context);
      context.shown.note(reply.facts);
      if (Object.keys(adjusted).length === 0) return reply;
      return { ...reply, facts: { ...reply.facts, adjusted } };
    },
  };
}
