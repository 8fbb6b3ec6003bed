import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { listTools } from "../../src/server/answer-request.ts";
import { instructions } from "../../src/server/instructions.ts";
import { tools as definedTools } from "../../src/server/tools.ts";

// UPDATE_SNAPSHOTS=1 writes the snapshots anew.

const snapshotFolder = join(import.meta.dir, "snapshots");
const { tools } = listTools(definedTools, { textOnly: false });
const eachTool = tools.map((tool) => [tool.name, tool] as const);

test("the tools are those of the contract", () => {
  expect(tools.map(({ name }) => name)).toEqual([
    "list_available_configs",
    "open_connection",
    "list_connections",
    "execute_command",
    "get_terminal_output",
    "search_output",
    "send_input",
    "send_secret",
    "interrupt_command",
    "transfer_file",
    "close_connection",
    "get_server_info",
  ]);
});

test("tools/list stays under 5,000 tokens, what every client shows a model under 2,500", () => {
  const shown = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  expect(tokens(tools)).toBeLessThanOrEqual(5000);
  expect(tokens(shown)).toBeLessThanOrEqual(2500);
});

test("the instructions stay under 1,500 characters and name only tools that exist", () => {
  expect(instructions.length).toBeLessThan(1500);
  expect(unknownTools(instructions)).toEqual([]);
});

test("results: text leaves the output schema out of the terminal tools alone", () => {
  const without = listTools(definedTools, { textOnly: true }).tools.filter(
    ({ outputSchema }) => outputSchema === undefined,
  );
  expect(without.map(({ name }) => name)).toEqual([
    "open_connection",
    "execute_command",
    "get_terminal_output",
    "search_output",
    "send_input",
    "send_secret",
    "interrupt_command",
  ]);
});

test("read-only and destructive tools are those of the contract", () => {
  const named = (hint: "readOnlyHint" | "destructiveHint") =>
    tools.filter(({ annotations }) => annotations?.[hint] === true).map(({ name }) => name);
  expect(named("readOnlyHint")).toEqual(
    tools.map(({ name }) => name).filter((name) => /^(list|get|search)_/.test(name)),
  );
  expect(named("destructiveHint")).toEqual([
    "execute_command",
    "send_input",
    "send_secret",
    "transfer_file",
    "close_connection",
  ]);
});

describe.each(eachTool)("%s", (name, tool) => {
  test("has a description under 600 characters that names only tools that exist", () => {
    expect(tool.description?.length ?? 0).toBeGreaterThan(50);
    expect(tool.description?.length ?? 0).toBeLessThan(600);
    expect(unknownTools(tool.description ?? "")).toEqual([]);
  });

  test("has all four hints and a title", () => {
    expect(Object.keys(tool.annotations ?? {}).sort()).toEqual([
      "destructiveHint",
      "idempotentHint",
      "openWorldHint",
      "readOnlyHint",
      "title",
    ]);
  });

  test("has an input schema that every client takes", () => {
    expect(tool.inputSchema.type).toBe("object");
    expect(tool.inputSchema.properties).toBeObject();
    expect(schemaFaults(tool.inputSchema)).toEqual([]);
  });

  test("has an output schema that an error satisfies too", () => {
    const { outputSchema } = tool;
    expect(outputSchema?.type).toBe("object");
    expect(outputSchema?.required).toBeUndefined();
    expect(outputSchema?.properties).toHaveProperty("error");
    expect(schemaFaults(outputSchema)).toEqual([]);
  });

  test("is as its snapshot says", () => {
    const path = join(snapshotFolder, `${name}.json`);
    const now = `${JSON.stringify(tool, undefined, 2)}\n`;
    if (process.env["UPDATE_SNAPSHOTS"] === "1") {
      mkdirSync(snapshotFolder, { recursive: true });
      writeFileSync(path, now);
    }
    expect(now).toBe(readFileSync(path, "utf8"));
  });
});

function tokens(value: unknown): number {
  return JSON.stringify(value).length / 4;
}

/** Words that look like one of our tools' names and are none. */
function unknownTools(text: string): string[] {
  const known = new Set(tools.map(({ name }) => name));
  const words = text.match(/\b(?:list|open|execute|get|interrupt|close|send|search|transfer)_[a-z_]+/g) ?? [];
  return words.filter((word) => !known.has(word));
}

/** Where a schema, at any depth, uses what some client or server drops a tool for. */
function schemaFaults(schema: unknown, path = "#"): string[] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    return [`${path}: not a schema object`];
  const faults: string[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const here = `${path}/${keyword}`;
    if (keyword === "properties") {
      for (const [name, member] of Object.entries(Object(value)))
        faults.push(...schemaFaults(member, `${here}/${name}`));
    } else if (keyword === "items") faults.push(...schemaFaults(value, here));
    else if (!allowedKeywords.has(keyword)) faults.push(here);
    else if (keyword === "type" && typeof value !== "string") faults.push(here);
  }
  return faults;
}

const allowedKeywords = new Set(["type", "description", "enum", "minimum", "maximum", "required"]);
