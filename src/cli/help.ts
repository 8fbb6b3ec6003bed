import type { Command } from "./command.ts";
import { commands, commonFlags } from "./commands.ts";
import { wrapWords } from "./wrap-words.ts";

const leftColumns = 16;
const maxColumns = 80;

export function renderHelp(): string {
  const summaries = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    "Real interactive SSH sessions for AI agents, over MCP.",
    "",
    "Usage: mcp-ssh-interactive             serve MCP over stdio, for a client",
    "       mcp-ssh-interactive COMMAND …",
    "",
    "Commands:",
    ...renderTable([...summaries, ["help COMMAND", "Show the usage of one command"]]),
    "",
    "Flags:",
    ...renderTable(Object.entries(commonFlags)),
    "",
    "Exit codes: 0 done, 1 found faults or failed, 2 wrong usage, 3 configuration",
    "missing or invalid, 4 tmux or ssh missing or too old, 130 interrupted.",
    "",
  ].join("\n");
}

export function renderCommandHelp({ usage, summary, flags }: Command): string {
  const rows = [...Object.entries(flags), ...Object.entries(commonFlags)];
  return [`${summary}.`, "", `Usage: ${usage}`, "", "Flags:", ...renderTable(rows), ""].join("\n");
}

/** Two columns; the right one goes on below itself. */
function renderTable(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const indent = " ".repeat(leftColumns + 3);
  return rows.flatMap(([left, right]) => {
    const [first = "", ...others] = wrapWords(right, maxColumns - indent.length);
    return [`  ${left.padEnd(leftColumns)} ${first}`, ...others.map((line) => `${indent}${line}`)];
  });
}
