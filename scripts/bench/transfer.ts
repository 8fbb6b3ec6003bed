import { closeSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome, type ToolResult } from "../../test/support/mcp-server.ts";
import { measure, report } from "./lib/median.ts";
import { memoryMb } from "./lib/process-memory.ts";

// transfer_file beside sftp and scp over the same connection, and the server's memory: bun scripts/bench/transfer.ts
// [MEGABYTES] [ROUNDS]. Only ours compares checksums and waits until the disk has the file.

const megabytes = Number(process.argv[2] ?? 1024);
const rounds = Number(process.argv[3] ?? 3);

await using sshd = await startLoopbackSshd();
await using home = new McpHome();
home.writeConnections(McpHome.connection("lo", sshd));
const server = await home.start();
rightly(await server.call("open_connection", { connection_config_name: "lo", session_name: "s" }));
const folder = join(home.root, "transfers");
const mux = join(home.root, "mux");
const socket = readdirSync(mux).find((name) => statSync(join(mux, name)).isSocket()) ?? "";
const throughIt = ["-q", "-o", `ControlPath=${join(mux, socket)}`, "-o", "BatchMode=yes"];
const big = join(folder, "big");
writeNoise(big);

const before = memoryMb(server.pid, "now");
const up = await measure(rounds, {
  sftp: () => sftp(`put ${big} ${sshd.home}/sftp`),
  scp: () => run(["scp", ...throughIt, big, `127.0.0.1:${sshd.home}/scp`]),
  ours: () => transfer("upload", "big", "ours"),
});
const down = await measure(rounds, {
  sftp: () => sftp(`get ${sshd.home}/sftp ${folder}/sftp`),
  scp: () => run(["scp", ...throughIt, `127.0.0.1:${sshd.home}/scp`, join(folder, "scp")]),
  ours: () => transfer("download", "back", "ours"),
});
for (const [what, times] of Object.entries({ upload: up, download: down })) {
  report(`${what} of ${megabytes} MB, sftp`, times.sftp);
  report("  scp", times.scp);
  report("  transfer_file", times.ours, {
    ms: Math.min(times.sftp, times.scp),
    most: "sftp and scp check nothing",
  });
}
console.log(`memory of the server: ${before} MB before, ${memoryMb(server.pid, "peak")} MB at most`);

function writeNoise(path: string): void {
  const block = crypto.getRandomValues(new Uint8Array(1_048_576));
  const descriptor = openSync(path, "wx", 0o600);
  for (let count = 0; count < megabytes; count++) writeSync(descriptor, block);
  closeSync(descriptor);
}

async function transfer(direction: string, local: string, remote: string): Promise<void> {
  rightly(
    await server.call("transfer_file", {
      session_name: "s",
      direction,
      local_path: local,
      remote_path: remote,
      overwrite: true,
    }),
  );
}

async function sftp(line: string): Promise<void> {
  await run(["sftp", ...throughIt, "-b", "-", "127.0.0.1"], `${line}\n`);
}

async function run(argv: readonly string[], stdin = ""): Promise<void> {
  const child = Bun.spawn([...argv], { stdin: new Blob([stdin]), stdout: "ignore", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(argv.join(" "));
}

function rightly(result: ToolResult): void {
  if (result.isError) throw new Error(result.text);
}
