import { expect, setDefaultTimeout, test } from "bun:test";

import { startLoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";
import { TerminalRun } from "../support/terminal-run.ts";

setDefaultTimeout(60_000);

test("sudo that takes no answer is told to ask again, by its own name", async () => {
  await using sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  await using home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  const server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  const command = "setpriv --reuid nobody --regid nogroup --clear-groups sudo -k id";
  await server.call("execute_command", { session_name: "s", command, wait_seconds: 20 });
  await server[Symbol.asyncDispose]();
  await using run = new TerminalRun(["answer", "s"], home.env);
  await run.shows(/as the host tells it: [^)]*sudo[^)]*\)\n\n {2}\[sudo\] password for nobody: /);
  await run.consent();
  await run.shows(/which is not shown: $/);
  run.type("no such password\n");
  expect(await run.ended()).toBe(1);
  expect(run.output).toContain("asks the same again");
});
