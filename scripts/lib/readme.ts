import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

import { commands, helpEntry, serveCommand } from "../../src/cli/commands.ts";
import { guideFor } from "../../src/config/key-guide.ts";
import { readSettings } from "../../src/config/read-settings.ts";
import { connectionShape, settingsShape } from "../../src/config/schema.ts";
import { tools } from "../../src/server/tools.ts";

type Row = readonly string[];

const tables: readonly (() => readonly Row[])[] = [toolRows, commandRows, connectionRows, settingsRows];

/** README.md with each table that is made from the code anew; it is found by the first cell of its head. Throws where it is not there once. */
export function fillTables(readme: string): string {
  return tables.reduce((text, rowsOf) => {
    const rows = rowsOf();
    const first = rows[0]?.[0] ?? "";
    const [before = "", after, ...more] = text.split(
      new RegExp(`^\\| ${RegExp.escape(first)} .*\n(?:\\|.*\n)*`, "m"),
    );
    if (after === undefined || more.length > 0) throw new Error(`README.md needs one table of: ${first}`);
    return `${before}${renderTable(rows)}${after}`;
  }, readme);
}

function toolRows(): readonly Row[] {
  const rows = tools.map(({ name, description }) => [code(name), firstSentence(description)]);
  return [["tool", "does"], ...rows];
}

/** Each description begins with what the tool is for; what follows is for agents. */
function firstSentence(description: string): string {
  return description.replace(/\.(?: .*)?$/s, "");
}

function commandRows(): readonly Row[] {
  const rows = [serveCommand, ...commands, helpEntry].map(({ usage, summary }) => [
    code(usage.replace(/^mcp-ssh-interactive /, "")),
    summary,
  ]);
  return [["command", "does"], ...rows];
}

function connectionRows(): readonly Row[] {
  const rows = Object.keys(connectionShape).map((key) => [code(key), guideFor(key).meaning]);
  return [["key of a connection", "meaning"], ...rows];
}

function settingsRows(): readonly Row[] {
  const context = { lines: [], mask: (text: string) => text };
  const { settings } = readSettings(undefined, context, { home: "/", root: "/" });
  const defaults = new Map(Object.entries(settings));
  const rows = Object.keys(settingsShape).map((key) => {
    const { unset, meaning } = guideFor(key);
    return [code(key), unset ?? String(defaults.get(camelCase(key))), meaning];
  });
  return [["key of `settings`", "default", "meaning"], ...rows];
}

function camelCase(key: string): string {
  return key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function code(text: string): string {
  return `\`${text}\``;
}

/** In columns, as oxfmt leaves it. */
function renderTable([head = [], ...rows]: readonly Row[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const renderRow = (row: Row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  const rule = widths.map((width) => "-".repeat(width));
  return [cells[0] ?? [], rule, ...cells.slice(1)].map(renderRow).join("");
}

/** `bun scripts/lib/readme.ts` writes them into README.md. */
if (import.meta.main) {
  const file = resolve(import.meta.dir, "../../README.md");
  writeFileSync(file, fillTables(readFileSync(file, "utf8")));
}
