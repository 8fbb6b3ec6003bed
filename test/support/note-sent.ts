import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { McpHome } from "./mcp-server.ts";

/** Notes in the ledger of session `s`, as a server would, that Enter is about to be pressed for the command after its last. */
export function noteSent(home: McpHome, next: { id: string; offset: number; command?: string }): void {
  const ledger = join(home.root, "logs/s.commands.jsonl");
  const last = readFileSync(ledger, "utf8")
    .split("\n")
    .findLast((line) => line.includes('"step":"sent"'));
  const sent: unknown = JSON.parse(last ?? "");
  const { counter } = Object(sent);
  appendFileSync(ledger, `${JSON.stringify({ ...Object(sent), ...next, counter: counter + 1 })}\n`);
}
