import * as z from "zod";

import { defineSessionTool } from "../define-session-tool.ts";
import { sessionName, waitSeconds } from "../input-fields.ts";
import { outputSchema } from "../output-fields.ts";
import { effectiveWaitSeconds } from "../wait-limit.ts";
import { inputReply } from "./send-input.ts";

const defaultSeconds = 5;

export const sendSecret = defineSessionTool({
  name: "send_secret",
  title: "Answer with a configured secret",
  description:
    "Types a configured secret and Enter, unseen, where the login shell's sudo or su asks. Elsewhere the user must agree first.",
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  input: z.object({
    session_name: sessionName(),
    name: z.string().optional().describe("Default: in answer_with"),
    wait_seconds: waitSeconds(`Default ${defaultSeconds}`),
  }),
  // The fields of send_input, of which a client is told here what is new to it.
  output: outputSchema({ submitted: z.boolean(), output: z.string() }),
  handle: async (session, args, { call, waits }) => {
    const request = {
      name: args.name,
      waitSeconds: effectiveWaitSeconds(args.wait_seconds ?? defaultSeconds, waits),
    };
    return inputReply(await session.sendSecret(request, call), {});
  },
});
