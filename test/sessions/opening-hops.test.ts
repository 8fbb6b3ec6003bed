import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { freePort, makeKey, startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { noTraces, paneProcesses, tracesOf } from "../support/traces.ts";

let target: LoopbackSshd;
let hop: LoopbackSshd;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  [target, hop] = await Promise.all([startLoopbackSshd(), startLoopbackSshd()]);
  home = new McpHome();
  const key = join(home.tempHome.home, "stranger");
  makeKey(key);
  const other = readFileSync(`${key}.pub`, "utf8").replace(/ test\n/, "\n");
  const wrong = home.tempHome.write("wrong", `[127.0.0.1]:${hop.port} ${other}`);
  const hopWith = (name: string, keyPath: string, knownHosts: string) =>
    `  ${name}: {host: 127.0.0.1, user: ${hop.user}, port: ${hop.port}, key_path: ${keyPath}, ssh_options: {UserKnownHostsFile: ${knownHosts}}}\n`;
  home.tempHome.write(".ssh/config", sshConfig());
  home.tempHome.write(".ssh/conf.d/hosts", `Host included\n  HostName 127.0.0.1\n  Port ${target.port}\n`);
  home.writeConnections(
    hopWith("edge", hop.clientKey, hop.knownHostsFile),
    hopWith("edge-unknown", hop.clientKey, "/dev/null"),
    hopWith("edge-changed", hop.clientKey, wrong),
    hopWith("edge-stranger", key, hop.knownHostsFile),
    `  edge-down: {host: 127.0.0.1, user: u, port: ${await freePort()}}\n`,
    McpHome.connection("direct", target),
    ...["edge", "edge-unknown", "edge-changed", "edge-stranger", "edge-down"].map((name) =>
      McpHome.connection(`by-${name}`, target, [`proxy_jump: ${name}`]),
    ),
    "  alias: {host: web, use_agent: true}\n",
    "  included: {host: included}\n",
    "  stubborn: {host: stubborn}\n",
    "  spelled: {host: web-direct, proxy_jump: jump}\n",
  );
  server = await home.start();
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await Promise.all([hop[Symbol.asyncDispose](), target[Symbol.asyncDispose]()]);
});

/** Aliases as people have them, and settings that would harm if they were obeyed. */
function sshConfig(): string {
  return [
    "Include conf.d/*",
    `Host stubborn\n  ProxyCommand sh -c 'trap "" HUP INT TERM PIPE; sleep 300; sleep 300'`,
    "Host jump",
    `  HostName 127.0.0.1\n  Port ${hop.port}\n  IdentityFile ${hop.clientKey}`,
    `  UserKnownHostsFile ${hop.knownHostsFile}`,
    "Host web",
    `  ProxyJump jump`,
    "Host web web-direct",
    `  HostName 127.0.0.1\n  Port ${target.port}`,
    `Match host 127.0.0.1 exec "true"`,
    `  User ${target.user}\n  IdentityFile ${target.clientKey}\n  UserKnownHostsFile ${target.knownHostsFile}`,
    "Host *",
    "  StrictHostKeyChecking no\n  EscapeChar ~\n  ForwardAgent yes\n  ForkAfterAuthentication yes",
    "  ControlMaster auto\n  ControlPersist yes\n  ControlPath ~/.ssh/theirs-%C",
    `  PermitLocalCommand yes\n  LocalCommand touch ${join(home.tempHome.home, "harmed")}`,
    "  RequestTTY no\n  StdinNull yes\n  SessionType none\n  LogLevel QUIET\n  BatchMode no",
    "  LocalForward 1 127.0.0.1:1\n",
  ].join("\n");
}

const open = (name: string, timeout_seconds = 20): Promise<ToolResult> =>
  server.call("open_connection", { connection_config_name: name, session_name: "s", timeout_seconds });

const port = async (): Promise<unknown> => {
  const command = { session_name: "s", command: "set -- $SSH_CONNECTION; echo $4", wait_seconds: 10 };
  return (await server.call("execute_command", command)).fields["output"];
};

const close = () => server.call("close_connection", { session_name: "s", force: true });

test.each(["direct", "by-edge", "alias", "included", "spelled"])(
  "%s opens in spite of hostile settings in the user's ssh_config, and leaves nothing when closed",
  async (name) => {
    const { fields } = await open(name);
    expect(fields).toMatchObject({
      state: "idle",
      connection_info: { host: "127.0.0.1", port: target.port },
    });
    expect(await port()).toBe(String(target.port));
    const ssh = paneProcesses(home).filter(({ commandLine }) => /^\S*ssh -F/.test(commandLine));
    expect(ssh.length).toBe(["direct", "included"].includes(name) ? 1 : 2);
    await close();
    expect(await tracesOf(home)).toEqual(noTraces);
    expect(existsSync(join(home.tempHome.home, "harmed"))).toBe(false);
  },
);

test.each([
  ["edge-unknown", "HOST_KEY_UNKNOWN", 20],
  ["edge-changed", "HOST_KEY_CHANGED", 20],
  ["edge-stranger", "AUTH_FAILED", 20],
  ["edge-down", "CONNECTION_REFUSED", 2],
])("a jump host with the fault of %s is %s, and named", async (name, code, timeoutSeconds) => {
  const { code: found, text } = await open(`by-${name}`, timeoutSeconds);
  expect(found).toBe(code);
  expect(text).toContain(`jump host ${name}`);
  await until("nothing is left", async () => Bun.deepEquals(await tracesOf(home), noTraces), 10_000);
});

test("a ProxyCommand that ignores being hung up is gone too after an open that timed out", async () => {
  const { code } = await open("stubborn", 2);
  expect(code).toBe("CONNECTION_TIMEOUT");
  expect(await tracesOf(home)).toEqual(noTraces);
});

test("a changed key of the jump host shows both fingerprints", async () => {
  const { fields } = await open("by-edge-changed");
  const shown = JSON.stringify(fields);
  expect(shown).toContain(hop.hostKey.fingerprint);
  expect(new Set(shown.match(/SHA256:[\w+/]{43}/g)).size).toBe(2);
});

test("a session behind a jump host is disconnected when the jump host goes, and opens again", async () => {
  await open("by-edge");
  await hop.restart();
  await until(
    "it is disconnected",
    async () =>
      (await server.call("get_terminal_output", { session_name: "s" })).fields["state"] === "disconnected",
    10_000,
  );
  expect((await open("by-edge")).fields).toMatchObject({ reconnected: true, state: "idle" });
  await close();
});
