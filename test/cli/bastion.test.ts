import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { plainSsh } from "../../scripts/bench/lib/plain-ssh.ts";
import { binary } from "../binary/binary.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { TerminalRun } from "../support/terminal-run.ts";

// `ssh bastion mcp-ssh-interactive`: the client is here, the server and its sessions are behind an sshd.

/** The server's 0.85 s, and what sshd takes to notice on a machine with other work; the call alone would take 50 s. */
const endedWithinMs = 5_000;
let home: McpHome;
let sshd: LoopbackSshd;
const logins: McpServer[] = [];

setDefaultTimeout(60_000);

beforeEach(async () => {
  home = new McpHome();
  // What sshd gives a command that is no login shell's, and no locale.
  sshd = await startLoopbackSshd({
    home: home.tempHome.home,
    setEnv: { PATH: "/usr/bin:/bin", LANG: "C" },
    config: ["AllowAgentForwarding yes"],
  });
  home.writeConnections(McpHome.connection("lo", sshd));
});

afterEach(async () => {
  for (const login of logins.splice(0)) await login[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

test("two people's clients share the sessions of the account that they log in to, whatever umask it has", async () => {
  const [one, two] = [await logIn({ command: `umask 0; exec ${binary}` }), await logIn()];
  await opened(one, "web");
  const run = await one.call("execute_command", {
    session_name: "web",
    command: "tty; locale charmap",
    wait_seconds: 20,
  });
  expect(run.fields).toMatchObject({ exit_code: 0, confidence: "exact" });
  const listed = await two.call("list_connections");
  expect(listed.fields["sessions"]).toMatchObject([{ session_name: "web", state: "idle" }]);
  const seen = await two.call("get_terminal_output", {
    session_name: "web",
    command_id: run.fields["command_id"],
  });
  expect(seen.fields).toMatchObject({ exit_code: 0, output: run.fields["output"] });
  for (const folder of [home.root, join(home.root, "logs")]) expect(statSync(folder).mode & 0o077).toBe(0);
  for (const name of readdirSync(join(home.root, "logs")))
    expect(statSync(join(home.root, "logs", name)).mode & 0o077).toBe(0);
});

test("a connection that is cut in the middle of a call ends its server at once, and the next one has the exact end", async () => {
  const cut = await logIn();
  await opened(cut, "web");
  const [server = 0] = servers();
  const begun = join(sshd.home, "begun");
  const go = join(sshd.home, "go");
  const call = cut.call("execute_command", {
    session_name: "web",
    command: `touch ${begun}; until test -e ${go}; do sleep 0.05; done; echo done; (exit 7)`,
    wait_seconds: 50,
  });
  const failed = call.catch((error: unknown) => error);
  await until("the command", () => existsSync(begun), 20_000);
  process.kill(cut.pid, "SIGKILL");
  const cutAtMs = performance.now();
  await until("the end of the server", () => !isAlive(server), 20_000);
  expect(performance.now() - cutAtMs).toBeLessThan(endedWithinMs);
  expect(await failed).toBeInstanceOf(Error);
  const next = await logIn();
  const running = await next.call("list_connections");
  expect(running.fields["sessions"]).toMatchObject([{ session_name: "web", state: "running" }]);
  writeFileSync(go, "");
  const end = await next.call("get_terminal_output", {
    session_name: "web",
    view: "command",
    wait_seconds: 20,
  });
  expect(end.fields).toMatchObject({ exit_code: 7, output: "done", confidence: "exact" });
});

test("a human decides in another login of the account, not on the connection that the agent's server came by", async () => {
  home.writeConnections("  gone: {host: 127.0.0.1, port: 1, user: me}\n");
  const path = join(sshd.folder, "shared");
  await logIn({ options: ["-o", "ControlMaster=yes", "-o", `ControlPath=${path}`] });
  await until("the server's note", () => servers().length === 1, 20_000);
  await using beside = new TerminalRun([], { PATH: process.env["PATH"] ?? "" }, [
    ...ssh(["-tt"]),
    `${binary} trust gone`,
  ]);
  await beside.shows(/refused the connection/);
  await using same = new TerminalRun([], { PATH: process.env["PATH"] ?? "" }, [
    ...ssh(["-tt", "-o", "ControlMaster=no", "-o", `ControlPath=${path}`]),
    `${binary} trust gone`,
  ]);
  await same.shows(/also started a server for an agent/);
});

test("a session outlives the agent of the login that opened it; a login without one is told so", async () => {
  home.writeConnections(McpHome.connection("lo", sshd), connectionByAgent());
  using agent = startAgent();
  const first = await logIn({ options: ["-A"], agent: agent.socket });
  await opened(first, "web", "by-agent");
  await first[Symbol.asyncDispose]();
  const second = await logIn();
  const run = await second.call("execute_command", {
    session_name: "web",
    command: "(exit 3)",
    wait_seconds: 20,
  });
  expect(run.fields).toMatchObject({ exit_code: 3 });
  const refused = await second.call("open_connection", {
    connection_config_name: "by-agent",
    session_name: "other",
  });
  expect(refused.code).toBe("AUTH_FAILED");
  const third = await logIn({ options: ["-A"], agent: agent.socket });
  await opened(third, "third", "by-agent");
});

test("without tmux on the PATH of such a login the server says so and ends", async () => {
  const { stderr, exitCode } = Bun.spawnSync([...ssh(["-T"]), `PATH=/nowhere ${binary}`], {
    stdin: "ignore",
  });
  expect(stderr.toString()).toContain("tmux was not found on PATH");
  expect(exitCode).not.toBe(0);
});

type Login = { readonly options?: readonly string[]; readonly command?: string; readonly agent?: string };

/** A client whose server is the program behind ssh. */
async function logIn({ options = [], command = binary, agent }: Login = {}): Promise<McpServer> {
  const [program = "", ...args] = [...ssh(["-T", ...options]), command];
  const env = { PATH: process.env["PATH"] ?? "", ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }) };
  const server = new McpServer(env, { command: program, args });
  logins.push(server);
  await server.client.connect(server.transport);
  return server;
}

function ssh(options: readonly string[]): string[] {
  return plainSsh(sshd, [], options);
}

async function opened(login: McpServer, session_name: string, connection_config_name = "lo"): Promise<void> {
  const result = await login.call("open_connection", { connection_config_name, session_name });
  expect(result.text).not.toContain("hint:");
  expect(result.fields).toMatchObject({ state: "idle", confidence: "exact" });
}

/** The server processes, by their notes. */
function servers(): number[] {
  return readdirSync(join(home.root, "locks")).flatMap((name) => {
    const pid = /^serving\.(\d+)$/.exec(name)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Without a key of its own, so that only an agent's is offered. */
function connectionByAgent(): string {
  const { user, port, knownHostsFile } = sshd;
  const entry = `{host: 127.0.0.1, port: ${port}, user: ${user}, ssh_options: {UserKnownHostsFile: ${knownHostsFile}}}`;
  return `  by-agent: ${entry}\n`;
}

/** An ssh-agent that holds the key of the test's sshd. */
function startAgent(): Disposable & { readonly socket: string } {
  const socket = join(sshd.folder, "agent");
  const child = Bun.spawn(["ssh-agent", "-D", "-a", socket], { stdout: "ignore" });
  const add = ["ssh-add", "-q", sshd.clientKey];
  const deadline = performance.now() + 10_000;
  while (
    Bun.spawnSync(add, { env: { SSH_AUTH_SOCK: socket, PATH: process.env["PATH"] ?? "" } }).exitCode !== 0
  ) {
    if (performance.now() > deadline) throw new Error("ssh-agent does not start");
    Bun.sleepSync(10);
  }
  return { socket, [Symbol.dispose]: () => child.kill() };
}
