import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";

import { UserError } from "../base/user-error.ts";
import { storageFailure } from "../platform/storage-failure.ts";
import type { Brake } from "./brake.ts";
import type { Tool, ToolContext } from "./define-tool.ts";
import { ProtocolFault, rpcCodes } from "./json-rpc.ts";
import { presentError } from "./present-error.ts";
import { renderReply } from "./response.ts";

export type CallToolOptions = {
  readonly tool: Tool;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly context: ToolContext;
  readonly textOnly: boolean;
  readonly brake: Brake;
  readonly log: (line: string) => void;
};

/** Runs a tool to its result; the only place where errors of tools are caught. */
export async function callTool(options: CallToolOptions): Promise<CallToolResult> {
  const { tool, context, textOnly, brake, log } = options;
  try {
    context.call.signal.throwIfAborted();
    brake.admit(tool.name, options.arguments);
    const reply = await tool.run(options.arguments, context);
    brake.note(tool.name, options.arguments, undefined);
    return renderReply(reply, { textOnly });
  } catch (error) {
    brake.note(tool.name, options.arguments, error instanceof UserError ? error.code : "INTERNAL");
    if (!(error instanceof UserError)) {
      if (context.call.signal.aborted)
        throw new ProtocolFault(rpcCodes.shuttingDown, "the call was ended before its result");
      log(`${tool.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    return presentError(failureOf(error), { textOnly });
  }
}

/** What the machine itself refused is no bug. */
function failureOf(error: unknown): unknown {
  return error instanceof UserError ? error : (storageFailure(error) ?? error);
}
