import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

/** What a client sees of one call: the text block, and the structured part's fields. */
export type ToolAnswer = {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
};

/** A real MCP client of a server that it starts itself; disposing it ends that server. */
export type ToolClient = AsyncDisposable & {
  readonly call: (tool: string, args: Readonly<Record<string, unknown>>) => Promise<ToolAnswer>;
};

/** Starts `argv` with exactly `env` and speaks MCP with it over stdio. Throws when it does not answer `initialize`. */
export async function connectToolClient(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  name: string,
  version: string,
): Promise<ToolClient> {
  const [command = "", ...args] = argv;
  const transport = new StdioClientTransport({ command, args, env: { ...env }, stderr: "inherit" });
  const client = new Client({ name, version });
  await client.connect(transport);
  return {
    call: async (tool, args) => {
      const result = await client.callTool({ name: tool, arguments: { ...args } });
      return {
        text: firstText(result["content"]),
        fields: recordOf(result["structuredContent"]),
        isError: result["isError"] === true,
      };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function firstText(content: unknown): string {
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  const { text } = recordOf(first);
  return typeof text === "string" ? text : "";
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
