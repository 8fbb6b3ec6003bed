import { expect, test } from "bun:test";

import { startLoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";

test("no tool accepts a host key that an ssh inside the session asks about, at any depth", async () => {
  await using sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  await using home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  const server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  const ssh = (checking: string) =>
    `ssh -F /dev/null -i ${sshd.clientKey} -o StrictHostKeyChecking=${checking} -o UserKnownHostsFile=/dev/null -p ${sshd.port} 127.0.0.1`;
  const run = async (command: string) =>
    server.call("execute_command", { session_name: "s", command, wait_seconds: 30 });
  const refuseAll = async () => {
    expect((await run(ssh("ask"))).fields["awaiting"]).toMatchObject({ kind: "host_key" });
    for (const args of [{ text: "yes\n" }, { text: sshd.hostKey.fingerprint }, { keys: "y e s Enter" }]) {
      const { code } = await server.call("send_input", { session_name: "s", ...args });
      expect(code).toBe("HUMAN_ONLY");
    }
    expect((await run("yes")).code).toBe("SESSION_BUSY");
    const { fields } = await server.call("interrupt_command", { session_name: "s", wait_seconds: 20 });
    expect(fields["state"]).toBe("idle");
  };
  await refuseAll();
  expect((await run(ssh("no"))).fields).toMatchObject({ state: "idle", where: { depth: 1 } });
  await refuseAll();
  expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(2);
}, 120_000);
