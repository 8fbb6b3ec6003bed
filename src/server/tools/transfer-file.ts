import * as z from "zod";

import type { TransferOutcome } from "../../sessions/transfer/transfer-outcome.ts";
import { defineSessionTool } from "../define-session-tool.ts";
import { renderDuration } from "../duration.ts";
import { sessionName } from "../input-fields.ts";
import { outputSchema } from "../output-fields.ts";
import { cleanField } from "../remote-text.ts";

export const transferFile = defineSessionTool({
  name: "transfer_file",
  title: "Copy a file",
  description:
    "Copies one file to or from a session's host, also while a command runs, and compares checksums; a folder as an archive. Local paths only inside the folders that list_available_configs tells, without links. On the host as the login, without sudo.",
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  showsTerminal: false,
  input: z.object({
    session_name: sessionName(),
    direction: z.enum(["upload", "download"]),
    local_path: z.string().describe("Relative to the first such folder"),
    remote_path: z.string().describe("Relative to the home"),
    overwrite: z.boolean().optional().describe("Default false"),
  }),
  output: outputSchema({
    success: z.boolean(),
    bytes: z.int(),
    duration_ms: z.int(),
    sha256: z.string(),
    local_path: z.string(),
    remote_path: z.string(),
  }),
  handle: async (session, args, { call }) => {
    const outcome = await session.transfer(
      {
        direction: args.direction,
        localPath: args.local_path,
        remotePath: args.remote_path,
        overwrite: args.overwrite ?? false,
      },
      call,
    );
    return {
      message: describeTransfer(args.direction, outcome),
      facts: {
        session_name: outcome.sessionName,
        bytes: outcome.bytes,
        duration_ms: Math.round(outcome.durationMs),
        sha256: outcome.sha256,
        local_path: outcome.localPath,
        remote_path: cleanField(outcome.remotePath),
      },
    };
  },
});

function describeTransfer(
  direction: "upload" | "download",
  { bytes, durationMs, checkedBy }: TransferOutcome,
): string {
  const checked =
    checkedBy === "host"
      ? "the host computes the same checksum"
      : "read a second time, with the same checksum";
  return `${direction}ed ${bytes} bytes in ${renderDuration(durationMs)}; ${checked}`;
}
