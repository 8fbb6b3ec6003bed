import type { ReadResourceResult } from "@modelcontextprotocol/sdk/types.js";

import { UserError } from "../../base/user-error.ts";
import type { PastCommand } from "../../sessions/command-history.ts";
import type { LogPage } from "../../sessions/log-page.ts";
import type { Call, SessionService } from "../../sessions/outcome.ts";
import { boundOutput } from "../bound-output.ts";
import { fence } from "../fence.ts";
import { cleanField, cleanText } from "../remote-text.ts";
import { terminalFacts } from "../terminal-facts.ts";
import { json, markdown, text } from "./list-resources.ts";
import { sessionUri, type ResourceName } from "./resource-uri.ts";

const maxChars = 40_000;
const maxLines = 10_000;
const maxCommands = 200;

type Content = { readonly mimeType: string; readonly text: string };

/** The text of a resource, cleaned, fenced and bounded as the tools' results are. Throws what the service throws. */
export async function readResource(
  service: SessionService,
  name: ResourceName,
  call: Call,
): Promise<Omit<ReadResourceResult["contents"][number], "uri"> & Content> {
  switch (name.kind) {
    case "info": {
      const info = await service.serverInfo(name.connectionConfigName);
      return { mimeType: markdown, text: fence("info", cleanText(info.infoContent)) };
    }
    case "log": {
      const session = await service.find(name.sessionName);
      return { mimeType: text, text: renderLogPage(await session.logPage(name.cursor)) };
    }
    case "screen":
      return { mimeType: text, text: await readScreen(service, name.sessionName, call) };
    case "ledger": {
      const session = await service.find(name.sessionName);
      const commands = after(await session.history(maxCommands), name.cursor);
      return { mimeType: json, text: renderCommands(session.name, commands) };
    }
  }
}

function renderLogPage({ sessionName, lines, bytesUnrecorded, first, start, end, last }: LogPage): string {
  const { output, cut } = boundOutput(
    { output: lines.join("\n") },
    { numLines: maxLines, maxChars, keep: "both" },
  );
  const rest = end === last ? "" : ` · next page: ${sessionUri(sessionName, "log", end)}`;
  const before = start === first ? "" : ` · the first page: ${sessionUri(sessionName, "log", first)}`;
  const gap = bytesUnrecorded === 0 ? "" : `, bytes_missed: ${bytesUnrecorded}`;
  const head = `${sessionName}: output from cursor ${start} to ${end}${cut ? ", shortened" : ""}${gap}${before}${rest}`;
  return output === "" ? `${head}\n(no output)` : `${head}\n${fence("remote", output)}`;
}

async function readScreen(service: SessionService, sessionName: string, call: Call): Promise<string> {
  const session = await service.find(sessionName);
  const request = { view: "screen", numLines: maxLines, waitSeconds: 0 } as const;
  const outcome = await session.output(request, call);
  const { output } = boundOutput(outcome, { numLines: maxLines, maxChars, keep: "tail" });
  const { state, cursor } = terminalFacts(outcome);
  const head = `${session.name}: screen · ${state} · cursor ${cursor}`;
  return output === "" ? `${head}\n(no output)` : `${head}\n${fence("remote", output)}`;
}

/** JSON quotes what may be the host's words. */
function renderCommands(sessionName: string, commands: readonly PastCommand[]): string {
  const facts = commands.map((each) => ({
    command_id: each.id,
    at: each.at,
    client: each.client,
    command: cleanField(each.command),
    exit_code: each.exitCode,
    duration_ms: each.durationMs,
    user: each.user && cleanField(each.user),
    host: each.host && cleanField(each.host),
    cwd: each.folder && cleanField(each.folder),
  }));
  return JSON.stringify({ session_name: sessionName, commands: facts, total: facts.length }, undefined, 1);
}

function after(commands: readonly PastCommand[], id: string | undefined): readonly PastCommand[] {
  if (id === undefined) return commands;
  const at = commands.findIndex((command) => command.id === id);
  if (at >= 0) return commands.slice(at + 1);
  throw new UserError(
    "COMMAND_NOT_FOUND",
    `no kept command has the id ${JSON.stringify(id.slice(0, 40))}`,
    "Read the ledger without a cursor for the newest commands.",
  );
}
