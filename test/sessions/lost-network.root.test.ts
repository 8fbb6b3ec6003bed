import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { NetnsHost } from "../support/netns-host.ts";
import { until } from "../support/private-tmux.ts";
import { paneProcesses } from "../support/traces.ts";

setDefaultTimeout(60_000);

/** Only its keys and folders are used: the hosts are in network namespaces. */
let keys: LoopbackSshd;
let host: NetnsHost;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  keys = await startLoopbackSshd();
  host = new NetnsHost(keys.folder);
  host.boot(keys.home);
  home = new McpHome();
  const options = `{UserKnownHostsFile: ${join(keys.folder, "netns_known")}, ServerAliveInterval: 1, ServerAliveCountMax: 2}`;
  const connection = McpHome.connection(
    "far",
    { ...keys, port: 22, user: keys.user, clientKey: keys.clientKey },
    [`ssh_options: ${options}`, "host_key: accept-new"],
  );
  home.writeConnections(connection.replace("127.0.0.1", host.host));
  server = await home.start();
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
  await keys[Symbol.asyncDispose]();
});

const open = (timeout_seconds = 30) =>
  server.call("open_connection", { connection_config_name: "far", session_name: "s", timeout_seconds });

const run = (command: string, wait_seconds = 20) =>
  server.call("execute_command", { session_name: "s", command, wait_seconds });

const read = (more: Record<string, unknown> = {}) =>
  server.call("get_terminal_output", { session_name: "s", ...more });

const masters = () => paneProcesses(home).filter(({ commandLine }) => commandLine.includes(" -tt"));

const remote = (name: string) => Bun.file(join(keys.home, name)).text();

test("a link that is cut is noticed by keepalive; reopened in place, all that was lost is told and nothing runs again", async () => {
  const opened = await open();
  expect(opened.fields).toMatchObject({ state: "idle", confidence: "exact" });
  await run("mkdir -p deep; cd deep; bash --norc");
  await run("echo ran >> ../ran.txt; echo partial; sleep 300", 1);
  host.cut();
  const { fields } = await read({ wait_seconds: 30 });
  expect(fields).toMatchObject({ ended_by: "disconnected", state: "disconnected" });
  expect((await read({ view: "screen" })).fields["output"]).toContain("partial");
  expect((await run("echo no")).code).toBe("SESSION_DISCONNECTED");
  expect((await open(2)).code).toMatch(/^(?:HOST_UNREACHABLE|CONNECTION_TIMEOUT)$/);
  // Nothing reconnects by itself, though the host is there again.
  host.join();
  expect((await read({ wait_seconds: 2 })).fields).toMatchObject({ state: "disconnected" });
  expect(masters()).toEqual([]);
  const again = await open();
  expect(again.fields).toMatchObject({
    reconnected: true,
    state: "idle",
    where: { depth: 0 },
    lost: { command_id: "c2", where: { cwd: join(keys.home, "deep"), depth: 1 } },
  });
  expect(String(Object(again.fields["lost"]).command)).toStartWith("echo ran");
  const until = Object(again.fields["lost"]).output_until;
  expect((await read({ cursor: until })).fields["output"]).not.toContain("partial");
  expect((await read({ cursor: opened.fields["cursor"], num_lines: 500 })).fields["output"]).toContain(
    "partial",
  );
  expect((await run("echo on; (exit 4)")).fields).toMatchObject({
    output: "on",
    exit_code: 4,
    command_id: "c3",
  });
  expect(await remote("ran.txt")).toBe("ran\n");
});

test("within one open_connection a host that is not reachable yet is tried again", async () => {
  await server.call("close_connection", { session_name: "s", force: true });
  host.cut();
  const opening = open(40);
  await until("ssh tries", () => masters().length > 0, 10_000);
  host.join();
  expect((await opening).fields).toMatchObject({ state: "idle", reconnected: false });
});

test("a host that was rebooted resets the old connection: disconnected, and open again in place", async () => {
  await run("cd /tmp; sleep 300", 0);
  await host.crash();
  host.join();
  host.boot(keys.home);
  const { fields } = await read({ wait_seconds: 30 });
  expect(fields).toMatchObject({ state: "disconnected" });
  expect((await open()).fields).toMatchObject({
    reconnected: true,
    state: "idle",
    lost: { command: "cd /tmp; sleep 300" },
  });
});

test("asleep, and awake in another network: disconnected; awake in the same one: everything goes on", async () => {
  const pids = () => [
    server.pid,
    Number(home.tmux("display-message", "-p", "#{pid}")),
    ...paneProcesses(home).map(({ pid }) => pid),
  ];
  const asleep = async (meanwhile: () => Promise<unknown>) => {
    const all = pids();
    for (const pid of all) process.kill(pid, "SIGSTOP");
    try {
      await meanwhile();
    } finally {
      for (const pid of all) process.kill(pid, "SIGCONT");
    }
  };
  await run("sleep 2; echo woke > woke.txt; echo late; (exit 8)", 0);
  await asleep(() => until("the host goes on", () => Bun.file(join(keys.home, "woke.txt")).exists(), 20_000));
  expect((await read({ view: "command", wait_seconds: 20 })).fields).toMatchObject({
    exit_code: 8,
    output: "late",
    confidence: "exact",
  });
  await run("sleep 300", 0);
  await asleep(() => host.crash());
  expect((await read({ wait_seconds: 30 })).fields).toMatchObject({ state: "disconnected" });
  host.join();
  host.boot(keys.home);
  expect((await open()).fields).toMatchObject({ reconnected: true, lost: { command: "sleep 300" } });
});
