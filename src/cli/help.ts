import type { Command } from "./command.ts";
import { commands, commonFlags } from "./commands.ts";

export function renderHelp(): string {
  return [
    "Real interactive SSH sessions for AI agents, over MCP.",
    "",
    "Usage: mcp-ssh-interactive             serve MCP over stdio; an MCP client starts it so",
    "       mcp-ssh-interactive COMMAND …",
    "",
    "Commands:",
    ...renderTable(commands.map(({ name, summary }) => [name, summary])),
    ...renderTable([["help COMMAND", "Show the usage of one command"]]),
    "",
    "Flags:",
    ...renderTable(Object.entries(commonFlags)),
    "",
    "Exit codes: 0 done, 1 found faults or failed, 2 wrong usage, 3 configuration missing or invalid,",
    "4 tmux or ssh missing or too old, 130 interrupted.",
    "",
  ].join("\n");
}

export function renderCommandHelp({ usage, summary, flags }: Command): string {
  const own = Object.entries(flags);
  const table = own.length === 0 ? [] : ["Flags:", ...renderTable(own), ""];
  return [`${summary}.`, "", `Usage: ${usage}`, "", ...table].join("\n");
}

function renderTable(rows: readonly (readonly string[])[]): string[] {
  return rows.map(([left = "", right = ""]) => `  ${left.padEnd(14)} ${right}`);
}
