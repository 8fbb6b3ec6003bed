import * as z from "zod";

import { defineTool } from "../define-tool.ts";
import { configName } from "../input-fields.ts";
import { outputSchema } from "../output-fields.ts";
import { cleanText } from "../remote-text.ts";

export const getServerInfo = defineTool({
  name: "get_server_info",
  title: "Read the notes on a server",
  description:
    "Returns the notes that the user wrote about a connection's server: what runs there, conventions, warnings. Read them before changing anything on it. Needs no open session. Connections without notes: INFO_NOT_CONFIGURED.",
  hints: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  showsTerminal: false,
  input: z.object({ connection_config_name: configName() }),
  output: outputSchema({
    success: z.boolean(),
    connection_config_name: z.string(),
    info_file: z.string(),
    truncated: z.boolean(),
    info_content: z.string(),
  }),
  handle: async (args, { service }) => {
    const info = await service.serverInfo(args.connection_config_name);
    return {
      message: info.truncated ? "the beginning of the notes; the file is longer" : "the notes, whole",
      facts: {
        connection_config_name: info.connectionConfigName,
        info_file: info.infoFile,
        truncated: info.truncated,
      },
      blocks: [{ name: "info_content", text: cleanText(info.infoContent), label: "info" }],
    };
  },
});
