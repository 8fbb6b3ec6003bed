import type * as z from "zod";

import type { SessionHandle } from "../sessions/outcome.ts";
import { defineTool, type Tool, type ToolContext, type ToolLiteral } from "./define-tool.ts";
import { withHumanAnswer } from "./human-answer.ts";
import { cleanField } from "./remote-text.ts";
import type { Reply } from "./response.ts";

type SessionInput = z.ZodObject<{ session_name: z.ZodString }>;

type SessionToolLiteral<Input extends SessionInput> = Omit<ToolLiteral<Input>, "handle" | "showsTerminal"> & {
  readonly showsTerminal?: false;
  readonly handle: (session: SessionHandle, args: z.output<Input>, context: ToolContext) => Promise<Reply>;
};

/**
 * A tool on one open session, which is found before the handler begins, in the order of the calls. Its result tells
 * what people ran in the session since the client was last told.
 */
export function defineSessionTool<Input extends SessionInput>({
  handle,
  ...literal
}: SessionToolLiteral<Input>): Tool {
  return defineTool<Input>({
    showsTerminal: true,
    ...literal,
    handle: async (args, context) => {
      const name = args.session_name;
      const session = await context.turns.take(name, () => context.service.find(name));
      context.call.signal.throwIfAborted();
      const reply = await withHumanAnswer(() => handle(session, args, context), session, context);
      const from = context.shown.furthest(name);
      context.shown.note(reply.facts);
      return from === undefined ? reply : withHumans(reply, session, from);
    },
  });
}

function withHumans(reply: Reply, session: SessionHandle, from: string): Reply {
  const to = reply.facts["cursor"];
  if (typeof to !== "string") return reply;
  const humans = session
    .humans(from, to)
    .map(({ command, exitCode }) => ({ command: cleanField(command), exit_code: exitCode }));
  return humans.length === 0 ? reply : { ...reply, facts: { ...reply.facts, humans } };
}
