import { readFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome } from "../../test/support/mcp-server.ts";
import { until } from "../../test/support/private-tmux.ts";
import { measure, report } from "./median.ts";

// execute_command and get_terminal_output beside `ssh -S MASTER host true`; the server's memory; the size of
// tools/list: bun scripts/bench/round-trip.ts [ROUNDS]

const rounds = Number(process.argv[2] ?? 100);
await using sshd = await startLoopbackSshd();
await using home = new McpHome();
home.writeConnections(McpHome.connection("lo", sshd));
const server = await home.start();
const memoryAtStart = residentMb(server.pid);
const { text, isError } = await server.call("open_connection", {
  connection_config_name: "lo",
  session_name: "s",
});
if (isError) throw new Error(text);

const master = join(sshd.folder, "master");
const options = ["-F", "/dev/null", "-i", sshd.clientKey, "-o", `UserKnownHostsFile=${sshd.knownHostsFile}`];
const target = ["-p", String(sshd.port), `${sshd.user}@127.0.0.1`];
const holder = Bun.spawn(["ssh", "-M", "-N", "-S", master, ...options, ...target], { stdin: "ignore" });
const check = ["ssh", "-S", master, "-O", "check", "127.0.0.1"];
await until("the master", () => Bun.spawnSync(check, { stderr: "ignore" }).exitCode === 0, 10_000);

const times = await measure(rounds, {
  plain: async () => {
    await Bun.spawn(["ssh", "-S", master, "127.0.0.1", "true"], { stdin: "ignore" }).exited;
  },
  command: async () => {
    await server.call("execute_command", { session_name: "s", command: "true", wait_seconds: 20 });
  },
  output: async () => {
    await server.call("get_terminal_output", { session_name: "s" });
  },
});
holder.kill();
const { tools } = await server.client.listTools();
report("ssh -S master host true", times.plain);
report("execute_command true, with wait", times.command, { ms: times.plain, most: "at most 1.5, wanted 1" });
report("get_terminal_output", times.output, { ms: times.plain, most: "no limit" });
console.log(`memory after initialize ${memoryAtStart} MB, now ${residentMb(server.pid)} MB (at most 150)`);
console.log(`tools/list: ${Math.round(JSON.stringify(tools).length / 4)} tokens (at most 5000)`);

function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
