import { Brake } from "../../../src/server/brake.ts";
import { callTool } from "../../../src/server/call-tool.ts";
import { SessionTurns } from "../../../src/server/session-turns.ts";
import { ShownCursors } from "../../../src/server/shown-cursors.ts";
import { tools } from "../../../src/server/tools.ts";
import { waitLimits } from "../../../src/server/wait-limit.ts";
import { fakeService, type FakeAnswers } from "./fake-service.ts";

type CallExtras = { logged?: string[]; textOnly?: boolean; signal?: AbortSignal };

/** The result of a tool on the fake service, without the protocol around it. */
export async function call(
  name: string,
  args: Record<string, unknown>,
  answers: FakeAnswers = {},
  { logged = [], textOnly = false, signal = new AbortController().signal }: CallExtras = {},
): Promise<{ text: string; structured: Record<string, unknown>; isError: boolean }> {
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  const context = {
    service: fakeService(answers),
    call: { signal, client: "test 1" },
    turns: new SessionTurns(),
    shown: new ShownCursors(),
    waits: waitLimits({}),
  };
  const result = await callTool({
    tool,
    arguments: args,
    context,
    textOnly,
    brake: new Brake(),
    log: (line) => logged.push(line),
  });
  const [block] = result.content;
  if (result.content.length !== 1 || block?.type !== "text") throw new Error("not one text block");
  return { text: block.text, structured: result.structuredContent ?? {}, isError: result.isError ?? false };
}
