import * as z from "zod";

import type { OpenOutcome } from "../../sessions/outcome.ts";
import { defineTool } from "../define-tool.ts";
import { renderDuration } from "../duration.ts";
import { withHumanLogin } from "../human-answer.ts";
import { configName, sessionName } from "../input-fields.ts";
import { adviseAnswer, awaitingWords } from "../outcome-words.ts";
import { outputSchema, someObject, terminalFields } from "../output-fields.ts";
import { cleanField, cleanText } from "../remote-text.ts";
import type { Block, Facts } from "../response.ts";
import { terminalFacts, whereFact } from "../terminal-facts.ts";
import { effectiveWaitSeconds } from "../wait-limit.ts";

const inlineInfoChars = 4000;
const bannerLines = 10;

export const openConnection = defineTool({
  name: "open_connection",
  title: "Open an SSH session",
  description:
    "Opens an interactive ssh session that lasts until close_connection, and returns when its shell is ready. Opening a name whose ssh has ended opens it again in place. It cannot accept an unknown host key or give a password that is not configured: a human does that.",
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  showsTerminal: true,
  input: z.object({
    connection_config_name: configName(),
    session_name: sessionName("A name of your choice: letters, digits, _ and -, at most 64"),
    timeout_seconds: z.number().min(1).max(300).optional().describe("Default 30"),
    cols: z.int().min(20).max(500).optional().describe("Default 200"),
    rows: z.int().min(5).max(200).optional().describe("Default 50"),
  }),
  output: outputSchema({
    success: z.boolean(),
    ...terminalFields(),
    connection_config: z.string(),
    connection_info: z.looseObject({}).describe("host, user, port"),
    has_server_info: z.boolean(),
    info_hint: z.string(),
    log_file: z.string(),
    attach_command: z.string(),
    opened_in_ms: z.int(),
    reconnected: z.boolean(),
    lost: someObject(),
    adjusted: someObject(),
    server_info: z.string(),
    banner: z.string().describe("Remote text"),
  }),
  handle: async (args, context) => {
    const { service, call, turns, waits } = context;
    await turns.take(args.session_name, async () => undefined);
    const timeoutSeconds = args.timeout_seconds ?? 30;
    const humanDeadlineMs = performance.now() + effectiveWaitSeconds(timeoutSeconds, waits) * 1_000;
    const opened = await service.open(
      {
        connectionConfigName: args.connection_config_name,
        sessionName: args.session_name,
        timeoutSeconds,
        cols: args.cols ?? 200,
        rows: args.rows ?? 50,
      },
      call,
    );
    const outcome = await withHumanLogin(opened, context, humanDeadlineMs);
    const verb = outcome.reconnected ? "opened again" : "opened";
    return {
      lead: `${outcome.sessionName} ${verb} in ${renderDuration(outcome.openedInMs)}`,
      message: describeOpening(outcome, verb),
      next: adviseAfterOpening(outcome),
      facts: openFacts(outcome),
      blocks: openBlocks(outcome),
    };
  },
});

function describeOpening(outcome: OpenOutcome, verb: string): string {
  const { state, awaiting, lost } = outcome;
  if (state === "idle") return `${verb}; the shell is ready${lostWords(lost)}`;
  if (wantsTouch(awaiting)) return `${verb}, but not logged in: ssh waits for a touch of the security key`;
  if (state === "awaiting_input") {
    return `${verb}, but not logged in: the host ${awaiting === undefined ? "waits for input" : awaitingWords(awaiting.kind)}`;
  }
  return `${verb}; no shell prompt was recognised yet`;
}

function adviseAfterOpening(outcome: OpenOutcome): string | undefined {
  const { state, sessionName } = outcome;
  switch (state) {
    case "idle":
      return undefined;
    case "awaiting_input":
      return wantsTouch(outcome.awaiting)
        ? `a human touches the key; get_terminal_output {"session_name": "${sessionName}", "wait_seconds": 30} waits for the login`
        : adviseAnswer(outcome);
    default:
      return `get_terminal_output {"session_name": "${sessionName}", "wait_seconds": 10} shows the terminal`;
  }
}

function lostWords(lost: OpenOutcome["lost"]): string {
  if (lost === undefined) return "";
  const command = lost.commandId === undefined ? [] : [`command ${lost.commandId}, which is not run again`];
  const place = lost.where === undefined ? [] : ["the place in lost.where"];
  return `; lost with the old connection: ${[...command, ...place].join("; ")}`;
}

/** ssh's own words, which ask for no input. */
function wantsTouch(awaiting: OpenOutcome["awaiting"]): boolean {
  return awaiting?.kind === "confirmation" && awaiting.prompt.startsWith("Confirm user presence for key ");
}

function openFacts(outcome: OpenOutcome): Facts {
  const { connectionConfig, connectionInfo, hasServerInfo, lost } = outcome;
  return {
    ...terminalFacts(outcome),
    connection_config: connectionConfig,
    connection_info: connectionInfo,
    has_server_info: hasServerInfo,
    info_hint:
      hasServerInfo && !isInline(outcome.serverInfo)
        ? "get_server_info shows the notes on this host"
        : undefined,
    log_file: outcome.logFile,
    attach_command: outcome.attachCommand,
    opened_in_ms: Math.round(outcome.openedInMs),
    reconnected: outcome.reconnected,
    lost: lost && {
      command_id: lost.commandId,
      command: lost.command === undefined ? undefined : cleanField(lost.command),
      where: whereFact(lost.where),
      output_until: lost.outputUntil,
    },
  };
}

function openBlocks({ serverInfo, banner }: OpenOutcome): Block[] {
  const blocks: Block[] = [];
  if (isInline(serverInfo)) blocks.push({ name: "server_info", text: cleanText(serverInfo), label: "info" });
  const lastLines = cleanText(banner).trimEnd().split("\n").slice(-bannerLines).map(cleanField).join("\n");
  if (lastLines !== "") blocks.push({ name: "banner", text: lastLines, label: "remote" });
  return blocks;
}

function isInline(serverInfo: string | undefined): serverInfo is string {
  return serverInfo !== undefined && serverInfo.length <= inlineInfoChars;
}
