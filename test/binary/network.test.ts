import { expect } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";
import { testWhere } from "../support/test-where.ts";
import { binary } from "./binary.ts";

testWhere(
  Bun.which("strace") !== null,
  "strace",
  "in a whole run nothing is asked of the network but the host that is named",
  async () => {
    await using sshd = await startLoopbackSshd();
    await using home = new McpHome();
    home.writeConnections(McpHome.connection("lo", sshd));
    const trace = join(home.root, "../trace");
    const words = `exec strace -f -qq -o '${trace}' -e trace=connect,sendto,sendmsg,sendmmsg '${binary}'`;
    const command = home.tempHome.write("traced", `#!/bin/sh\n${words} "$@"\n`);
    chmodSync(command, 0o700);
    const server = await home.start({ command });
    await server.call("open_connection", { connection_config_name: "lo", session_name: "web" });
    const echo = { session_name: "web", command: "echo $((6*7))", wait_seconds: 20 };
    expect((await server.call("execute_command", echo)).fields).toMatchObject({ output: "42" });
    await server.call("close_connection", { session_name: "web" });
    await server.client.close();
    const calls = readFileSync(trace, "utf8").split("\n");
    const internet = calls.filter((line) => /AF_INET6?\b|sin6?_addr/.test(line));
    expect(internet.length).toBeGreaterThan(0);
    const toHost = `sin_port=htons(${sshd.port}), sin_addr=inet_addr("127.0.0.1")`;
    expect(internet.filter((line) => !line.includes(toHost))).toEqual([]);
  },
  60_000,
);
