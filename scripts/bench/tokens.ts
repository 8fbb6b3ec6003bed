import { Account } from "../../test/support/account.ts";
import { McpHome, type McpServer, type ToolResult } from "../../test/support/mcp-server.ts";
import { record } from "./lib/median.ts";

// Five tasks of an agent's day, each by the calls that a careful agent makes, against an sshd of this machine and an
// account with sudo: scripts/bench/tokens, as root. Prints a Markdown table: calls, tokens (characters / 4 of each call's
// name and arguments and of the result's text), and seconds, with the part of them that the task itself sleeps.

const password = "correct-horse-77";
const account = new Account(password);
account.allowSudo();
const sshd = await account.sshd();
await using home = new McpHome();
const host = {
  user: account.name,
  port: sshd.port,
  clientKey: sshd.clientKey,
  knownHostsFile: sshd.knownHostsFile,
};
home.writeConnections(McpHome.connection("web1", host, [`secrets: {sudo: ${password}}`]));
const server = await home.start();

type Cost = {
  readonly task: string;
  readonly calls: number;
  readonly tokens: number;
  readonly seconds: number;
};

/** Counts what one task costs. */
class Meter {
  calls = 0;
  chars = 0;
  readonly #server: McpServer;

  constructor(used: McpServer) {
    this.#server = used;
  }

  async call(name: string, args: Record<string, unknown>): Promise<ToolResult> {
    const result = await this.#server.call(name, args);
    this.calls += 1;
    this.chars += JSON.stringify({ name, arguments: args }).length + result.text.length;
    return result;
  }

  run(command: string, more: Record<string, unknown> = {}): Promise<ToolResult> {
    return this.call("execute_command", { session_name: "work", command, wait_seconds: 30, ...more });
  }
}

/** As apt and its like draw one: a bar redrawn in place, then what was done. */
const packageManager = `#!/bin/bash
echo "Reading package lists... Done"
echo "The following NEW packages will be installed: $2"
for percent in $(seq 0 100); do
  printf '\\r%3d%% [%-50s] %s.deb' "$percent" "$(printf '#%.0s' $(seq 1 $((percent / 2 + 1))))" "$2"
  sleep 0.03
done
printf '\\r\\033[K'
echo "Setting up $2 (1.4.2-1) ..."
`;
const service = `#!/bin/bash
for step in config database cache; do echo "starting $step"; sleep 1; done
echo "listening on port 8080"
exec sleep 600
`;
const log = Array.from({ length: 40_000 }, (_, index) =>
  index === 23_456
    ? "2026-11-28T03:12:44Z ERROR payment 8812 failed: connection to db-2 refused"
    : `2026-11-28T03:${String(index % 60).padStart(2, "0")}:00Z INFO request ${index} served in ${index % 90} ms`,
).join("\n");

function prepare(): void {
  account.write("pkg", packageManager, 0o755);
  account.write("service", service, 0o755);
  account.write("app.log", `${log}\n`);
  account.write("app.conf", "port = 8080\nworkers = 2\nlog = info\n");
}

const tasks: Readonly<Record<string, (meter: Meter) => Promise<void>>> = {
  "install a package that draws a progress bar": async (meter) => {
    expectThat((await meter.run("./pkg install jq")).fields["exit_code"] === 0);
  },
  "find an error in a log of 40,000 lines": async (meter) => {
    await meter.run("cat app.log", { num_lines: 20 });
    const found = await meter.call("search_output", {
      session_name: "work",
      pattern: "ERROR",
      context_lines: 1,
    });
    expectThat(found.text.includes("payment 8812"));
  },
  "change a line of a file with vi": async (meter) => {
    await meter.run("vi app.conf", { num_lines: 10 });
    const keys = { session_name: "work", text: ":2s/2/8/\n:wq\n", num_lines: 10 };
    await meter.call("send_input", keys);
    expectThat((await meter.run("cat app.conf")).fields["output"] === "port = 8080\nworkers = 8\nlog = info");
  },
  "wait until a service is up": async (meter) => {
    const up = await meter.run("./service", { wait_for: "listening on port \\d+" });
    expectThat(up.fields["matched"] === true);
    await meter.call("interrupt_command", { session_name: "work" });
  },
  "restart with sudo, which asks for a password": async (meter) => {
    await meter.run("sudo sh -c 'sleep 0.5; echo restarted'");
    const sent = await meter.call("send_secret", { session_name: "work", wait_seconds: 20 });
    expectThat(sent.text.includes("restarted") && !sent.text.includes(password));
  },
};

try {
  prepare();
  const start = new Meter(server);
  await start.call("list_available_configs", {});
  await start.call("open_connection", { connection_config_name: "web1", session_name: "work" });
  const costs: Cost[] = [];
  for (const [task, work] of Object.entries(tasks)) costs.push(await measure(task, work));
  const { tools } = await server.client.listTools();
  const shown = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  const instructions = server.client.getInstructions() ?? "";
  printTable(costs);
  console.log(
    `\nOnce for each conversation: ${tokens(JSON.stringify(shown).length + instructions.length)} tokens for the tools and instructions, ${tokens(start.chars)} to find the host and open the session.`,
  );
} finally {
  await server[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
  await account[Symbol.asyncDispose]();
}

async function measure(task: string, work: (meter: Meter) => Promise<void>): Promise<Cost> {
  const meter = new Meter(server);
  const startedAtMs = performance.now();
  await work(meter);
  return {
    task,
    calls: meter.calls,
    tokens: tokens(meter.chars),
    seconds: (performance.now() - startedAtMs) / 1_000,
  };
}

function printTable(costs: readonly Cost[]): void {
  console.log("| task | calls | tokens | seconds |");
  console.log("| --- | ---: | ---: | ---: |");
  for (const { task, calls, tokens: count, seconds } of costs) {
    console.log(`| ${task} | ${calls} | ${count} | ${seconds.toFixed(1)} |`);
    record({ what: task, measured: `${calls} calls, ${count} tokens, ${seconds.toFixed(1)} s` });
  }
}

function tokens(chars: number): number {
  return Math.ceil(chars / 4);
}

function expectThat(isSo: boolean): void {
  if (!isSo) throw new Error("the task was not done");
}
