import * as z from "zod";

import type { ConfigListing } from "../../sessions/outcome.ts";
import { defineTool } from "../define-tool.ts";
import { outputSchema, someObject } from "../output-fields.ts";
import type { Facts } from "../response.ts";

export const listAvailableConfigs = defineTool({
  name: "list_available_configs",
  title: "List available connections",
  description:
    "Lists the connections of the user's configuration: where each leads, how it authenticates, which sessions are open on it. Begin here; then open_connection. A connection with a problem cannot be opened until the user mends the configuration file. Read anew when the file changed.",
  hints: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  showsTerminal: false,
  input: z.object({}),
  output: outputSchema({
    success: z.boolean(),
    configs: z.array(someObject()),
    transfer_dirs: z.array(z.string()),
    total: z.int(),
  }),
  handle: async (_args, { service }) => {
    const configs = await service.listConfigs();
    const broken = configs.filter(({ problem }) => problem !== undefined).length;
    const problems = broken === 0 ? "" : `, ${broken} of them with a problem`;
    return {
      message: `${configs.length === 1 ? "1 connection" : `${configs.length} connections`} in the configuration${problems}`,
      next: configs.length === 0 ? "ask the user to add a connection to the configuration file" : undefined,
      facts: {
        configs: configs.map(configFacts),
        transfer_dirs: service.transferDirs(),
        total: configs.length,
      },
    };
  },
});

function configFacts({ hasInfo, openSessions, ...config }: ConfigListing): Facts {
  const { name, host, user, port, description, auth, policy, secrets, problem } = config;
  return {
    name,
    host,
    user,
    port,
    description,
    auth,
    has_info: hasInfo,
    policy,
    secrets,
    open_sessions: openSessions,
    problem,
  };
}
