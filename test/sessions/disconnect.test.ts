import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { noTraces, paneProcesses, readState, tracesOf } from "../support/traces.ts";

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  home = new McpHome();
  sshd = await startLoopbackSshd();
  const connection = (name: string, ...more: string[]) => McpHome.connection(name, sshd, more);
  home.writeConnections(
    connection("lo"),
    connection("other"),
    connection("plain", "shell_integration: never"),
  );
  server = await home.start();
});

afterEach(async () => {
  for (const name of Object.keys(readState(home)))
    await server.call("close_connection", { session_name: name, force: true });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const open = (more: Record<string, unknown> = {}): Promise<ToolResult> =>
  server.call("open_connection", { connection_config_name: "lo", session_name: "s", ...more });

const run = (command: string, wait_seconds = 10): Promise<ToolResult> =>
  server.call("execute_command", { session_name: "s", command, wait_seconds });

const output = (more: Record<string, unknown> = {}): Promise<ToolResult> =>
  server.call("get_terminal_output", { session_name: "s", ...more });

const disconnected = () =>
  until(
    "the session is disconnected",
    async () => (await output()).fields["state"] === "disconnected",
    10_000,
  );

const processId = (words: string): number =>
  paneProcesses(home).find(({ commandLine }) => commandLine.includes(words))?.pid ?? Number.NaN;

/** The wrapper has ssh's words among its own. */
const sshId = (): number =>
  paneProcesses(home).find(({ commandLine }) => /^\S*ssh .*-tt/.test(commandLine))?.pid ?? Number.NaN;

const kill = (pid: number): void => {
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, "SIGKILL");
};

/** The session is open again, in the same log, and usable; returns what the open said. */
async function expectReopened(): Promise<Record<string, unknown>> {
  const { fields } = await open();
  expect(fields).toMatchObject({ success: true, state: "idle", reconnected: true });
  expect((await run("echo again")).fields).toMatchObject({ ended_by: "command_ended", output: "again" });
  return fields;
}

test("after exit the last screen is readable, input is refused, and the session opens again in place", async () => {
  const first = await open();
  await run("echo before");
  expect((await run("exit")).fields).toMatchObject({ ended_by: "disconnected", state: "disconnected" });
  expect((await output({ view: "screen" })).fields["output"]).toContain("before");
  const refused = await run("echo no");
  expect(refused.code).toBe("SESSION_DISCONNECTED");
  expect(refused.text).toContain("open_connection");
  expect((await server.call("list_connections")).fields["sessions"]).toMatchObject([
    { session_name: "s", status: "disconnected" },
  ]);
  const fields = await expectReopened();
  expect(fields["lost"]).toBeUndefined();
  const since = await output({ cursor: first.fields["cursor"], num_lines: 1000 });
  expect(since.fields["output"]).toMatch(/before[^]*again/);
  expect((await output()).fields["output"]).toMatch(/before[^]*again/);
});

test("a command that runs when the host goes away is told as lost, with the place of its output's end", async () => {
  await open();
  await run("echo partial; sleep 300", 1);
  await sshd.restart();
  await disconnected();
  const { lost } = await expectReopened();
  const id = String(Object(lost)["command_id"]);
  expect(lost).toMatchObject({
    command: "echo partial; sleep 300",
    command_id: expect.stringMatching(/^c\d+$/),
  });
  const until = String(Object(lost)["output_until"]);
  expect((await output({ cursor: until })).fields["output"]).not.toContain("partial");
  const view = await output({ command_id: id });
  expect(view.fields).toMatchObject({ ended_by: "disconnected", state: "idle" });
  expect(view.fields["exit_code"]).toBeUndefined();
  expect(view.fields["output"]).toStartWith("partial");
  expect(view.fields["output"]).not.toContain("again");
  expect(view.fields["message"]).toContain("ssh ended while it ran");
});

test("at an idle prompt nothing is lost when ssh is killed", async () => {
  await open();
  await run("echo done");
  kill(sshId());
  await disconnected();
  expect((await expectReopened())["lost"]).toBeUndefined();
  expect(readFileSync(join(home.root, "logs/s.log"), "utf8")).not.toContain("Killed");
});

test("a killed wrapper disconnects, and ssh is gone with it", async () => {
  await open();
  kill(processId("s.number"));
  await disconnected();
  await until("ssh is gone", () => Number.isNaN(processId("-tt")), 10_000);
  await expectReopened();
});

test.each([
  ["with marks", "lo"],
  ["without", "plain"],
])(
  "%s the output of a command of several lines that ssh's end cut off begins behind its text",
  async (_, config) => {
    await open({ connection_config_name: config });
    const running = run("echo one\nsleep 100");
    await until("it runs", async () => (await output({ view: "command" })).fields["output"] === "one");
    kill(sshId());
    const { fields } = await running;
    expect(fields).toMatchObject({ ended_by: "disconnected" });
    expect(String(fields["output"]).split("\n")[0]).toBe("one");
    const { fields: later } = await output({ command_id: fields["command_id"] });
    expect(later["output"]).toBe(fields["output"]);
  },
  30_000,
);

test("a reopen that fails leaves the session as it was, and a later one goes on with it", async () => {
  const first = await open();
  await run("sleep 300", 0);
  await sshd.stop();
  await disconnected();
  expect((await open({ timeout_seconds: 1 })).code).toBe("CONNECTION_REFUSED");
  expect((await server.call("list_connections")).fields["sessions"]).toMatchObject([
    { session_name: "s", status: "disconnected" },
  ]);
  expect((await run("echo no")).code).toBe("SESSION_DISCONNECTED");
  await sshd.restart();
  expect((await expectReopened())["lost"]).toMatchObject({ command: "sleep 300" });
  expect((await output({ cursor: first.fields["cursor"] })).isError).toBe(false);
});

test("a reopen whose process is killed leaves the session as it was", async () => {
  await open();
  await run("exit");
  const doomed = await home.start();
  await sshd.stop();
  using listener = Bun.listen({ hostname: "127.0.0.1", port: sshd.port, socket: { data() {} } });
  const args = { connection_config_name: "lo", session_name: "s", timeout_seconds: 60 };
  const call = doomed.call("open_connection", args).catch(() => "killed");
  await until("ssh runs", () => processId("-tt") > 1, 10_000);
  expect((await server.call("list_connections")).fields["sessions"]).toMatchObject([
    { session_name: "s", status: "disconnected" },
  ]);
  expect((await run("echo no")).code).toBe("SESSION_BUSY");
  process.kill(doomed.pid, "SIGKILL");
  await call;
  expect((await run("echo no")).code).toBe("SESSION_DISCONNECTED");
  expect(processId("-tt")).toBeNaN();
  listener.stop(true);
  await sshd.restart();
  await expectReopened();
});

test("a disconnected session is opened again only on its own connection", async () => {
  await open();
  await run("exit");
  const { code, fields } = await open({ connection_config_name: "other" });
  expect(code).toBe("SESSION_EXISTS");
  expect(fields["error"]).toMatchObject({ details: { connection_config: "lo", state: "disconnected" } });
});

test("when the tmux server dies, every waiting call says so at once and the next ones work", async () => {
  const first = await open();
  await run("echo before");
  await run("sleep 300", 0);
  const waits = [1, 2, 3].map(() => output({ wait_seconds: 60 }));
  await output();
  const killedAt = performance.now();
  process.kill(Number(home.tmux("display-message", "-p", "#{pid}")), "SIGKILL");
  const codes = (await Promise.all(waits)).map(({ code }) => code);
  expect(performance.now() - killedAt).toBeLessThan(1_000);
  expect(codes).toEqual(Array(3).fill("TMUX_UNAVAILABLE"));
  expect((await server.call("list_connections")).fields["sessions"]).toMatchObject([
    { session_name: "s", status: "disconnected" },
  ]);
  expect((await output({ num_lines: 100 })).fields["output"]).toContain("before");
  expect((await expectReopened())["lost"]).toMatchObject({ command: "sleep 300" });
  expect((await output({ cursor: first.fields["cursor"] })).fields["output"]).toMatch(/before[^]*again/);
});

test("a log that has been silent for long does not make an open believe that its host is silent", async () => {
  await open();
  await run("exit");
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(join(home.root, "logs/s.log"), longAgo, longAgo);
  const profile = join(sshd.home, ".profile");
  const before = readFileSync(profile, "utf8");
  writeFileSync(profile, `${before}sleep 1.5\n`);
  const { fields } = await open();
  writeFileSync(profile, before);
  expect(fields).toMatchObject({ state: "idle", reconnected: true });
});

test("closed and opened anew, a session appends to its log, and a cursor of before is CURSOR_INVALID", async () => {
  const first = await open();
  await run("echo before");
  await server.call("close_connection", { session_name: "s" });
  expect(await tracesOf(home)).toEqual(noTraces);
  expect((await open()).fields).toMatchObject({ reconnected: false });
  expect(readFileSync(join(home.root, "logs/s.log"), "latin1")).toContain("before");
  expect((await output({ cursor: first.fields["cursor"] })).code).toBe("CURSOR_INVALID");
  expect((await output()).fields["output"]).not.toContain("before");
});
