import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";

export type PreparedHome = AsyncDisposable & {
  readonly env: Readonly<Record<string, string>>;
  /** An empty folder on the host. */
  readonly folder: string;
};

/** A home with two hosts: lo123 with notes and the sessions web and control, in which a command ran; asks, where each needs approval. */
export async function prepareHome(): Promise<PreparedHome> {
  await using made = new AsyncDisposableStack();
  const sshd = made.use(await startLoopbackSshd());
  const home = made.use(new McpHome());
  home.writeConnections(
    McpHome.connection("lo123", sshd, ["info_file: lo.md"]),
    McpHome.connection("asks", sshd, ["policy: {mode: confirm, approval: client}"]),
  );
  const notes = "# Lo\n\n## Restart Application\n\nCarefully.\n";
  writeFileSync(join(home.root, "info/lo.md"), notes, { mode: 0o600 });
  const server = await home.start();
  for (const session_name of ["web", "control"]) {
    await server.call("open_connection", { connection_config_name: "lo123", session_name });
    await server.call("execute_command", { session_name, command: "echo 123", wait_seconds: 20 });
  }
  await server.call("open_connection", { connection_config_name: "asks", session_name: "asks" });
  await server[Symbol.asyncDispose]();
  const kept = made.move();
  return { env: home.env, folder: home.tempHome.home, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
