import { join } from "node:path";

import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome, type ToolResult } from "../../test/support/mcp-server.ts";
import { tmuxProgram, until } from "../../test/support/private-tmux.ts";
import { median, record } from "./lib/median.ts";
import { plainSsh } from "./lib/plain-ssh.ts";
import { cpuSeconds, familyOf, ownMb, threadsCpuMs } from "./lib/process-family.ts";

// More and more sessions on one machine, beside as many of plain tmux with ssh: memory of each part, time of each call,
// CPU while nothing is to do. Beside other work on the machine the CPU of a call tells more than its time. Exit code 1 where a limit is missed: bun scripts/bench/scale.ts [--sizes=1,10,50,100,200] [--rounds=15] [--idle=30]

const sizes = option("sizes", "1,10,50,100,200").split(",").map(Number);
const rounds = Number(option("rounds", "15"));
const idleSeconds = Number(option("idle", "30"));
const openedAtOnce = 20;
const most = { perSessionMb: 3, serverMb: 150, idlePercent: 1, ratio: 2 };

type Row = {
  readonly name: string;
  readonly values: number[];
  readonly isCall: boolean;
  readonly of: string | undefined;
};

const rows = new Map<string, Row>();
const faults: string[] = [];
const names: string[] = [];

await using sshd = await startLoopbackSshd({
  config: ["MaxStartups 1000", "MaxSessions 1000", "LoginGraceTime 0"],
});
await using home = new McpHome();
const connection = McpHome.connection("lo", sshd);
home.tempHome.writeConfig(`settings:\n  max_sessions: 1000\nconnections:\n${connection}`);
home.tempHome.write(".mcp-ssh-interactive/transfers/small.txt", "small\n");
const server = await home.start();
const plainSocket = join(home.tempHome.home, "plain.sock");
try {
  for (const size of sizes) await measureAt(size);
} finally {
  plainTmux("kill-server");
}
report();
process.exitCode = faults.length === 0 ? 0 : 1;

async function measureAt(size: number): Promise<void> {
  while (names.length < size) await openBatch(Math.min(openedAtOnce, size - names.length));
  await settlePlain(size);
  await callTimes();
  memory(size);
  await idle();
  console.error(`${size} sessions measured`);
}

async function openBatch(count: number): Promise<void> {
  const batch = Array.from({ length: count }, (_, index) => `s${names.length + index}`);
  const startedAtMs = performance.now();
  await Promise.all(batch.map(open));
  const tookMs = performance.now() - startedAtMs;
  names.push(...batch);
  await Promise.all(
    batch.map((session_name) => call("execute_command", { session_name, command: "true", wait_seconds: 30 })),
  );
  if (count === openedAtOnce) note("20 opened at once, ms", tookMs);
}

async function open(session_name: string): Promise<void> {
  await call("open_connection", { connection_config_name: "lo", session_name, timeout_seconds: 60 });
}

/** As many of tmux with ssh alone, with the same history and no shell of ours. */
async function settlePlain(size: number): Promise<void> {
  const words = plainSsh(sshd, [], ["-tt"]);
  for (let index = plainPanes().length; index < size; index++) {
    const isFirst = index === 0;
    const options = isFirst ? ["set-option", "-g", "history-limit", "2000", ";"] : [];
    const size = ["-x", "200", "-y", "50"];
    plainTmux("-f", "/dev/null", ...options, "new-session", "-d", ...size, "-s", `p${index}`, ...words);
  }
  await until(
    "the prompts",
    () => plainPanes().filter((command) => command === "ssh").length === size,
    60_000,
  );
}

function plainPanes(): string[] {
  return plainTmux("list-panes", "-a", "-F", "#{pane_current_command}").split("\n").filter(Boolean);
}

function plainTmux(...args: string[]): string {
  return Bun.spawnSync([tmuxProgram(), "-S", plainSocket, ...args], { stderr: "ignore" }).stdout.toString();
}

async function callTimes(): Promise<void> {
  const works: Record<string, (session_name: string) => Promise<unknown>> = {
    "execute_command true, with wait": async (session_name) => {
      const { fields, text } = await call("execute_command", {
        session_name,
        command: "true",
        wait_seconds: 30,
      });
      if (fields["exit_code"] !== 0) throw new Error(text);
    },
    "execute_command, wait_for a match": (session_name) =>
      call("execute_command", { session_name, command: "echo here", wait_seconds: 30, wait_for: "^here" }),
    get_terminal_output: (session_name) => call("get_terminal_output", { session_name }),
    "get_terminal_output, screen": (session_name) =>
      call("get_terminal_output", { session_name, view: "screen" }),
    "send_input true, Enter": (session_name) => call("send_input", { session_name, text: "true\n" }),
    search_output: (session_name) => call("search_output", { session_name, pattern: "here" }),
    "interrupt_command at a prompt": (session_name) => call("interrupt_command", { session_name }),
    "transfer_file, 6 bytes": (session_name) => upload(session_name),
    list_available_configs: () => call("list_available_configs"),
    "list_connections (of all)": () => call("list_connections"),
    "close_connection and open_connection": async (session_name) => {
      await call("close_connection", { session_name });
      await open(session_name);
    },
  };
  for (const [name, work] of Object.entries(works)) {
    const times: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const session = names[(round * 7) % names.length] ?? "";
      const startedAtMs = performance.now();
      const cpuBeforeMs = threadsCpuMs(server.pid);
      await work(session);
      // The first may read what no call has read before.
      if (round === 0) continue;
      times.push(performance.now() - startedAtMs);
      cpu.push(threadsCpuMs(server.pid) - cpuBeforeMs);
    }
    note(`${name}, ms`, median(times));
    note("  of CPU of our server, ms", median(cpu), { isCall: true, of: name });
  }
}

async function upload(session_name: string): Promise<unknown> {
  const paths = { local_path: `${home.root}/transfers/small.txt`, remote_path: join(sshd.home, "small.txt") };
  return call("transfer_file", { session_name, direction: "upload", overwrite: true, ...paths });
}

function memory(size: number): void {
  const ours = familyOf(tmuxPid());
  const plain = familyOf(Number(plainTmux("display-message", "-p", "#{pid}")));
  const sum = (all: readonly { pid: number }[]) => all.reduce((total, { pid }) => total + ownMb(pid), 0);
  const server_ = familyOf(server.pid);
  const client = sum(server_.filter(({ pid }) => pid !== server.pid));
  const parts = {
    "tmux server": sum(ours.slice(0, 1)),
    "ssh, each": sum(ours.filter(({ name }) => name === "ssh")) / size,
    "wrapper and recorder, each": sum(ours.slice(1).filter(({ name }) => name !== "ssh")) / size,
  };
  const serverMb = ownMb(server.pid);
  for (const [name, value] of Object.entries(parts)) note(`${name}, MB`, value);
  note("our server, MB", serverMb);
  note("its tmux client, MB", client);
  const each = sum(ours) / size;
  const plainEach = sum(plain) / size;
  note("plain tmux and ssh a session, MB", plainEach);
  note("ours: tmux, ssh, wrapper, recorder a session, MB", each);
  note(`  beside plain, MB more (at most ${most.perSessionMb})`, each - plainEach);
  // A single session bears what all share.
  expect(
    size === 1 || each - plainEach <= most.perSessionMb,
    `${size} sessions: ${(each - plainEach).toFixed(1)} MB more each`,
  );
  expect(serverMb <= most.serverMb, `${size} sessions: our server has ${serverMb.toFixed(0)} MB`);
}

async function idle(): Promise<void> {
  const all = () => [...familyOf(tmuxPid()), ...familyOf(server.pid)].map(({ pid }) => pid);
  const plain = () => familyOf(Number(plainTmux("display-message", "-p", "#{pid}"))).map(({ pid }) => pid);
  const used = (pids: readonly number[]) => pids.reduce((total, pid) => total + cpuSeconds(pid), 0);
  const [ours, theirs, own] = [all(), plain(), [server.pid]];
  const before = [ours, theirs, own].map(used);
  await Bun.sleep(idleSeconds * 1_000);
  const after = [ours, theirs, own].map(used);
  const [percent = 0, plainPercent = 0, ownPercent = 0] = after.map(
    (value, index) => ((value - (before[index] ?? 0)) / idleSeconds) * 100,
  );
  note(`CPU of all of ours over ${idleSeconds} s idle, % (below ${most.idlePercent})`, percent);
  note("  of that our server, %", ownPercent);
  note("  of plain tmux and ssh, %", plainPercent);
  expect(percent < most.idlePercent, `idle: ${percent.toFixed(2)} % of CPU`);
}

function tmuxPid(): number {
  return Number(home.tmux("display-message", "-p", "#{pid}"));
}

/** `of` is the call that the row tells more of. */
function note(name: string, value: number, how: { isCall?: boolean; of?: string } = {}): void {
  const key = `${how.of ?? ""}${name}`;
  const row = rows.get(key) ?? { name, values: [], isCall: how.isCall ?? false, of: how.of };
  row.values[sizesDone()] = value;
  rows.set(key, row);
}

/** The column that is being filled: a batch that is opened belongs to the size that it leads to. */
function sizesDone(): number {
  const index = sizes.findIndex((size) => size >= names.length);
  return index < 0 ? sizes.length - 1 : index;
}

function expect(isRight: boolean, fault: string): void {
  if (!isRight) faults.push(fault);
}

function report(): void {
  console.log(`| sessions | ${sizes.join(" | ")} | ${sizes.at(-1)} : ${sizes[0]} |`);
  console.log(`| :-- |${" --: |".repeat(sizes.length + 1)}`);
  for (const { name, values, isCall, of } of rows.values()) {
    const cells = sizes.map((_, index) => show(values[index]));
    const [first, last] = [values[0], values[sizes.length - 1]];
    const ratio = first === undefined || last === undefined ? undefined : last / first;
    console.log(
      `| ${name} | ${cells.join(" | ")} | ${ratio === undefined || !isCall ? "" : `${ratio.toFixed(2)} ×`} |`,
    );
    const isOfTools = isCall && ratio !== undefined;
    const call = of === undefined ? name : `${of}, ${name.trim()}`;
    record({
      what: `${call}, ${sizes.at(-1)} sessions`,
      measured: show(last),
      ...(isOfTools ? { ratio, most: `beside ${sizes[0]} session` } : {}),
    });
    if (isCall && of?.startsWith("list_connections") === false)
      expect(
        (ratio ?? 1) <= most.ratio,
        `${of}: ${(ratio ?? 1).toFixed(2)} × CPU at ${sizes.at(-1)} sessions`,
      );
  }
  console.log(
    faults.length === 0 ? "all within their limits" : faults.map((fault) => `MISSED: ${fault}`).join("\n"),
  );
}

function show(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(value < 10 ? 2 : 1);
}

function option(name: string, otherwise: string): string {
  const prefix = `--${name}=`;
  return process.argv.find((word) => word.startsWith(prefix))?.slice(prefix.length) ?? otherwise;
}

async function call(name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
  const result = await server.call(name, args);
  if (result.isError) throw new Error(`${name}: ${result.text}`);
  return result;
}
