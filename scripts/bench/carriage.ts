import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome } from "../../test/support/mcp-server.ts";
import { until } from "../../test/support/private-tmux.ts";
import { record } from "./lib/median.ts";
import { plainSsh } from "./lib/plain-ssh.ts";

// How long a flood takes on its way: ssh alone, tmux that keeps it with cat, our session that nobody reads, and one that
// is waited for; with the processor time of tmux and of our server: bun scripts/bench/carriage.ts [MEGABYTES [COMMAND]]

const megabytes = Number(process.argv[2] ?? 100);
const command = process.argv[3] ?? `yes | head -c ${megabytes}M`;
const limitMs = 3_000_000;
const ticksPerSecond = 100;
/** What open_connection makes when it is not told otherwise. */
let plainSeconds: number | undefined;
const size = ["-x", "200", "-y", "50"];

await using sshd = await startLoopbackSshd();
await stage("ssh to /dev/null", {}, () => run(plainSsh(sshd, [command])));
await stage("ssh -tt to /dev/null", {}, () => run(plainSsh(sshd, [command], ["-q", "-tt"])));
await throughTmux();
await throughServer();

async function run(argv: readonly string[]): Promise<void> {
  await Bun.spawn([...argv], { stdin: "ignore", stdout: Bun.file("/dev/null") }).exited;
}

async function throughTmux(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-carriage-"));
  const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8" };
  const tmux = (...words: string[]) =>
    Bun.spawnSync(["tmux", "-f", "/dev/null", "-S", join(folder, "socket"), ...words], { env });
  try {
    tmux("new-session", "-d", ...size, "-s", "plain", "cat");
    tmux("set-option", "-g", "remain-on-exit", "on");
    tmux("pipe-pane", "-t", "plain", `cat > '${join(folder, "log")}'`);
    const pid = Number(tmux("display-message", "-p", "#{pid}").stdout.toString());
    await stage("tmux with cat", { tmux: pid }, async () => {
      tmux("respawn-pane", "-k", "-t", "plain", ...plainSsh(sshd, [command], ["-tt"]));
      const isDead = () =>
        tmux("list-panes", "-t", "plain", "-F", "#{pane_dead}").stdout.toString() === "1\n";
      await until("the flood's end", isDead, limitMs);
    });
  } finally {
    tmux("kill-server");
    rmSync(folder, { recursive: true });
  }
}

async function throughServer(): Promise<void> {
  await using home = new McpHome();
  home.tempHome.writeConfig(
    `settings:\n  log_max_mb: 8000\n  max_wait_seconds: 3000\nconnections:\n${McpHome.connection("lo", sshd)}`,
  );
  const server = await home.start();
  const session_name = "s";
  await server.call("open_connection", { connection_config_name: "lo", session_name });
  const pids = { tmux: Number(home.tmux("display-message", "-p", "#{pid}")), server: server.pid };
  const log = join(home.root, "logs", "s.log");
  await stage("a session that nobody reads", pids, async () => {
    await server.call("execute_command", { session_name, command: `${command}; echo the' 'end` });
    await until("the flood's end", () => lastOf(log).includes("\nthe end\r\n"), limitMs);
  });
  await stage("a session that is waited for", pids, async () => {
    const args = { session_name, command, wait_seconds: limitMs / 1_000 };
    const { fields, text } = await server.call("execute_command", args, { timeout: limitMs });
    if (fields["exit_code"] !== 0) throw new Error(text);
  });
}

function lastOf(path: string): string {
  const descriptor = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(512);
    readSync(descriptor, bytes, 0, bytes.length, Math.max(0, statSync(path).size - bytes.length));
    return bytes.toString("latin1");
  } finally {
    closeSync(descriptor);
  }
}

async function stage(
  name: string,
  pids: Readonly<Record<string, number>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = Object.values(pids).map(cpuSeconds);
  const startedAtMs = performance.now();
  await work();
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const spent = Object.entries(pids).map(
    ([who, pid], index) => `${who} ${(cpuSeconds(pid) - (before[index] ?? 0)).toFixed(1)} s`,
  );
  if (name === "tmux with cat") plainSeconds = seconds;
  const isOurs = name.startsWith("a session") && plainSeconds !== undefined;
  record({
    what: `flood: ${name}`,
    measured: `${seconds.toFixed(1)} s`,
    ...(isOurs ? { ratio: seconds / (plainSeconds ?? seconds), most: "at most 1.3" } : {}),
  });
  console.log(
    `${name.padEnd(30)} ${seconds.toFixed(1).padStart(6)} s`,
    spent.length === 0 ? "" : `(processor: ${spent.join(", ")})`,
  );
}

/** Of all its threads, from /proc. */
function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
