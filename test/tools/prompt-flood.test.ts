import { expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { join } from "node:path";

import { memoryMb } from "../../scripts/bench/lib/process-memory.ts";
import { startLoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";

const megabytes = 200;
const mostMb = 250;

test("a command is typed behind whatever a background process wrote at the prompt, in bounded memory", async () => {
  await using sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  await using home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  const server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "one" });
  // Beside the recorder, which only appends too.
  const line = `${"background ".repeat(9)}\r\n`;
  const piece = line.repeat(Math.ceil(1_048_576 / line.length));
  for (let written = 0; written < megabytes; written++)
    appendFileSync(join(home.root, "logs", "one.log"), piece);
  const run = await server.call("execute_command", {
    session_name: "one",
    command: "echo here",
    wait_seconds: 15,
  });
  expect(run.fields).toMatchObject({ exit_code: 0, output: "here", confidence: "exact" });
  expect(memoryMb(server.pid, "peak")).toBeLessThan(mostMb);
}, 60_000);
