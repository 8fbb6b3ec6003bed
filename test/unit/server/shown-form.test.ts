import { expect, test } from "bun:test";

import { isTextOnly, shownForms } from "../../../src/server/shown-form.ts";
import { startServer } from "./server-process.ts";

const chars = 4_000;

type Shown = { readonly text: string; readonly structured: Readonly<Record<string, unknown>> | undefined };

/** The result of a command of long output as this client gets it, and which tools it is told to have output schemas. */
async function askAs(
  clientName: string,
): Promise<{ shown: Shown; error: Shown; schemas: number; line: string }> {
  await using server = startServer();
  await server.initialize("2025-11-25", clientName);
  server.send({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  server.call(2, "execute_command", { session_name: "web", command: `big ${chars}` });
  server.call(3, "execute_command", { session_name: "none", command: "true" });
  const tools = (await server.answer(1)).result?.["tools"];
  const schemas = Array.isArray(tools) ? tools.filter((tool) => "outputSchema" in tool).length : -1;
  const [result, failed] = [await server.answer(2), await server.answer(3)];
  return {
    shown: shownOf(result.result),
    error: shownOf(failed.result),
    schemas,
    line: JSON.stringify(result),
  };
}

function shownOf(result: Readonly<Record<string, unknown>> | undefined): Shown {
  const { content, structuredContent } = Object(result);
  return { text: String(content?.[0]?.text), structured: structuredContent };
}

test.each([...Object.entries(shownForms), ["unknown to us", undefined] as const])(
  "%s gets what it shows its model whole, and nothing long twice",
  async (name, known) => {
    const { shown, error, schemas, line } = await askAs(name);
    const { text, structured } = shown;
    expect(text).toContain(`\n${"x".repeat(240)}[… ${chars - 480} characters …]`);
    expect(text).toContain("lines: 1 · total_lines: 1");
    expect(error.text).toMatch(/^SESSION_NOT_FOUND: .*\nhint: /);
    if (known?.form === "both") {
      expect(structured).toBeUndefined();
      expect(error.structured).toBeUndefined();
      expect(schemas).toBe(5);
      expect(line.match(/x{240}/g)).toHaveLength(2);
    } else {
      expect(structured).toMatchObject({ exit_code: 0, state: "idle", lines: 1, cursor: "1.91f2a" });
      expect(structured?.["output"]).toStartWith("x".repeat(240));
      expect(error.structured).toMatchObject({ error: { code: "SESSION_NOT_FOUND" } });
      expect(schemas).toBe(12);
    }
  },
);

test("settings.results decides before the table does", () => {
  expect(isTextOnly("both", "Cline")).toBe(false);
  expect(isTextOnly("text", "claude-code")).toBe(true);
  expect(isTextOnly("auto", "Cline")).toBe(true);
  expect(isTextOnly(undefined, "constructor")).toBe(false);
});

test("each entry of the table names a place and what was read there", () => {
  for (const { evidence } of Object.values(shownForms))
    expect(evidence).toMatch(/^[\w-]+\/[\w-]+(?:#\d+| [0-9a-f]{7}), /);
});
