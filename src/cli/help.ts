import { exitMeanings, type CommandEntry } from "./command.ts";
import { commands, commonFlags, helpEntry } from "./commands.ts";
import { wrapWords } from "./wrap-words.ts";

const leftColumns = 16;
const maxColumns = 80;

export function renderHelp(): string {
  const exitCodeWords = exitMeanings.map(([code, meaning]) => `${code} ${meaning}`);
  const summaries = [...commands, helpEntry].map(({ name, summary }) => [name, summary] as const);
  return [
    "Real interactive SSH sessions for AI agents, over MCP.",
    "",
    "Usage: mcp-ssh-interactive             serve MCP over stdio, for a client",
    "       mcp-ssh-interactive COMMAND …",
    "",
    "Commands:",
    ...renderTable(summaries),
    "",
    "Flags:",
    ...renderTable(Object.entries(commonFlags)),
    "",
    ...wrapWords(`Exit codes: ${exitCodeWords.join(", ")}.`, maxColumns),
    "",
  ].join("\n");
}

export function renderCommandHelp({ usage, summary, flags }: CommandEntry): string {
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
