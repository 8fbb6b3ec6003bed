import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { makeKey, startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { noTraces, paneProcesses, readState, tracesOf } from "../support/traces.ts";

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });

beforeAll(async () => {
  home = new McpHome();
  sshd = await startLoopbackSshd();
  home.writeConnections(
    McpHome.connection("lo", sshd),
    `  silent: {host: 127.0.0.1, user: u, port: ${silent.port}}\n`,
  );
  server = await home.start();
});

afterEach(async () => {
  const { sessions } = (await server.call("list_connections")).fields;
  for (const { session_name } of Array.isArray(sessions) ? sessions : [])
    await server.call("close_connection", { session_name, force: true });
});

afterAll(async () => {
  silent.stop(true);
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const open = (session: string, more: Record<string, unknown> = {}, by = server): Promise<ToolResult> =>
  by.call("open_connection", { connection_config_name: "lo", session_name: session, ...more });

const expectNothingLeft = async () => {
  await until("nothing is left", async () => Bun.deepEquals(await tracesOf(home), noTraces), 10_000).catch(
    async () => expect(await tracesOf(home)).toEqual(noTraces),
  );
};

/** The account's login runs this before its shell comes. */
async function withProfile(script: string, work: () => Promise<void>): Promise<void> {
  const profile = join(sshd.home, ".profile");
  const before = readFileSync(profile, "utf8");
  writeFileSync(profile, `${before}${script}\n`);
  try {
    await work();
  } finally {
    writeFileSync(profile, before);
  }
}

test("a host that begins to listen while we try is reached", async () => {
  await sshd.stop();
  const opening = open("late", { timeout_seconds: 20 });
  await until("a first attempt has failed", () => readFile("logs/late.log").includes("end;"), 10_000);
  await sshd.restart();
  expect((await opening).fields).toMatchObject({ success: true, state: "idle", reconnected: false });
});

test("an authentication failure is tried once, however long the time", async () => {
  const connections = () => sshd.log().match(/^Connection from /gm)?.length ?? 0;
  const other = join(sshd.folder, "other_ed25519");
  makeKey(other);
  home.writeConnections(
    McpHome.connection("lo", sshd),
    McpHome.connection("stranger", { ...sshd, user: sshd.user, clientKey: other }),
    `  silent: {host: 127.0.0.1, user: u, port: ${silent.port}}\n`,
  );
  const before = connections();
  const { code } = await open("refused", { connection_config_name: "stranger", timeout_seconds: 60 });
  expect(code).toBe("AUTH_FAILED");
  expect(connections() - before).toBe(1);
  expect(sshd.log()).toContain("Connection closed by authenticating user");
  await expectNothingLeft();
});

test("a message of the day that looks like a prompt is not taken for it", async () => {
  await withProfile(`printf 'Permission denied (publickey).\\n$ \\nroot@other:~# '; echo`, async () => {
    const { fields } = await open("motd");
    expect(fields).toMatchObject({ state: "idle", banner: expect.stringContaining("root@other:~#") });
    const command = { session_name: "motd", command: "echo $((40+2))", wait_seconds: 10 };
    expect((await server.call("execute_command", command)).fields).toMatchObject({
      ended_by: "command_ended",
      output: "42",
    });
  });
});

test("an account whose shell ends at once is SESSION_DISCONNECTED with its last words", async () => {
  await withProfile("echo no shell for you; exit 3", async () => {
    const { code, fields } = await open("gone");
    expect(code).toBe("SESSION_DISCONNECTED");
    expect(fields["error"]).toMatchObject({
      message: expect.stringContaining("status 3"),
      details: { screen: expect.stringContaining("no shell for you") },
    });
    await expectNothingLeft();
  });
});

test("a menu without a prompt is open, in state unknown", async () => {
  await withProfile("echo '1) start 2) stop'; cat >/dev/null", async () => {
    const { fields } = await open("menu");
    expect(fields).toMatchObject({ success: true, state: "unknown" });
  });
});

test("a login that is slower than timeout_seconds is CONNECTION_TIMEOUT before and a success after authentication", async () => {
  const early = await open("slow", { connection_config_name: "silent", timeout_seconds: 1 });
  expect(early.code).toBe("CONNECTION_TIMEOUT");
  await withProfile("while :; do echo busy; sleep 0.1; done", async () => {
    const { fields } = await open("slow", { timeout_seconds: 5 });
    expect(fields).toMatchObject({ success: true, state: "unknown" });
  });
});

test("an open that is cancelled leaves nothing", async () => {
  const abort = new AbortController();
  const args = { connection_config_name: "silent", session_name: "cancelled", timeout_seconds: 60 };
  const call = server.call("open_connection", args, { signal: abort.signal }).catch(() => "cancelled");
  await until(
    "ssh runs",
    () => paneProcesses(home).some(({ commandLine }) => commandLine.includes("-tt")),
    10_000,
  );
  abort.abort();
  expect(await call).toBe("cancelled");
  await expectNothingLeft();
});

test("what a process killed in the middle of an open has left is swept by the next and never shown", async () => {
  const doomed = await home.start();
  const args = { connection_config_name: "silent", session_name: "half", timeout_seconds: 60 };
  const call = doomed.call("open_connection", args).catch(() => "killed");
  await until(
    "ssh runs",
    () => paneProcesses(home).some(({ commandLine }) => commandLine.includes("-tt")),
    10_000,
  );
  expect(readState(home)).toMatchObject({ half: { phase: "opening" } });
  const busy = await server.call("get_terminal_output", { session_name: "half" });
  expect(busy.code).toBe("SESSION_BUSY");
  process.kill(doomed.pid, "SIGKILL");
  expect(await call).toBe("killed");
  expect((await server.call("list_connections")).fields).toMatchObject({ sessions: [], total: 0 });
  const next = await home.start();
  expect((await next.call("list_connections")).fields).toMatchObject({ total: 0 });
  await expectNothingLeft();
  expect((await open("half", {}, next)).fields).toMatchObject({ state: "idle", reconnected: false });
});

test("a long-lived process sweeps such a rest too, when it is asked for it", async () => {
  const doomed = await home.start();
  const args = { connection_config_name: "silent", session_name: "half", timeout_seconds: 60 };
  const call = doomed.call("open_connection", args).catch(() => "killed");
  await until(
    "ssh runs",
    () => paneProcesses(home).some(({ commandLine }) => commandLine.includes("-tt")),
    10_000,
  );
  const command = { session_name: "half", command: "true" };
  expect((await server.call("execute_command", command)).code).toBe("SESSION_BUSY");
  process.kill(doomed.pid, "SIGKILL");
  await call;
  expect((await server.call("execute_command", command)).code).toBe("SESSION_NOT_FOUND");
  await expectNothingLeft();
});

test("closing waits no longer than 5 s for an open, and says what is in the way", async () => {
  const abort = new AbortController();
  const args = { connection_config_name: "silent", session_name: "held", timeout_seconds: 60 };
  const call = server.call("open_connection", args, { signal: abort.signal }).catch(() => "cancelled");
  await until(
    "ssh runs",
    () => paneProcesses(home).some(({ commandLine }) => commandLine.includes("-tt")),
    10_000,
  );
  const startedAt = performance.now();
  const { code, text } = await server.call("close_connection", { session_name: "held" });
  expect(code).toBe("SESSION_BUSY");
  expect(text).toContain(String(server.pid));
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  abort.abort();
  await call;
  await expectNothingLeft();
});

function readFile(path: string): string {
  try {
    return readFileSync(join(home.root, path), "latin1");
  } catch {
    return "";
  }
}
