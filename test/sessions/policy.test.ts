import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Approvals } from "../../src/policy/approvals.ts";
import { Pause } from "../../src/policy/pause.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { TerminalRun } from "../support/terminal-run.ts";

setDefaultTimeout(60_000);

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
let approvals: Approvals;
let count = 0;

const policies = {
  watched: "policy: {mode: confirm, approval: terminal}",
  fixed: "policy: {mode: read-only, allow: [touch allowed]}",
  barred: "policy: {deny: [rm]}",
  changed: "policy: {mode: read-only}",
};

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  writePolicies(policies);
  server = await home.start();
  approvals = new Approvals(join(home.root, "approvals"), join(home.root, "locks"));
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

function writePolicies(wanted: Readonly<Record<string, string>>): void {
  home.writeConnections(
    ...Object.entries(wanted).map(([name, line]) => McpHome.connection(name, sshd, [line])),
  );
}

async function open(connection: keyof typeof policies): Promise<string> {
  const session_name = `${connection}${++count}`;
  const opened = await server.call("open_connection", { connection_config_name: connection, session_name });
  expect(opened.isError).toBe(false);
  return session_name;
}

const run = (session_name: string, command: string, on = server) =>
  on.call("execute_command", { session_name, command, wait_seconds: 20 });

const input = (session_name: string, args: Record<string, unknown>) =>
  server.call("send_input", { session_name, ...args });

const detailsOf = ({ fields }: ToolResult): Record<string, unknown> =>
  Object(Object(fields["error"])["details"]);

const idOf = (result: ToolResult) => String(detailsOf(result)["approval_id"]);
const yes = (id: string, edited?: string) =>
  approvals.decide(id, { state: "approved", by: "the test", ...(edited === undefined ? {} : { edited }) });
const there = (name: string) => existsSync(join(sshd.home, name));

test("read-only lets through what reads and what is allowed, and types nothing else", async () => {
  const session = await open("fixed");
  expect((await run(session, "uname -s | wc -l")).fields).toMatchObject({ exit_code: 0, output: "1" });
  expect((await run(session, "touch allowed")).fields).toMatchObject({ exit_code: 0 });
  for (const command of ["touch no", "ls; touch no", "echo $(touch no)", "true\ntouch no"]) {
    const refused = await run(session, command);
    expect([command, refused.code]).toEqual([command, "POLICY_DENIED"]);
    expect(detailsOf(refused)).toMatchObject({ class: expect.any(String), rule: expect.any(String) });
  }
  expect((await input(session, { text: "touch no\n" })).code).toBe("POLICY_DENIED");
  expect((await input(session, { text: "touch no" })).code).toBe("POLICY_DENIED");
  expect(there("no")).toBe(false);
  expect((await input(session, { text: "uname -s\n" })).fields).toMatchObject({
    output: expect.stringContaining("Linux"),
  });
});

test("read-only takes no upload, and a download", async () => {
  const session = await open("fixed");
  writeFileSync(join(home.root, "transfers/up"), "text");
  const transfer = (direction: string, local_path: string, remote_path: string) =>
    server.call("transfer_file", { session_name: session, direction, local_path, remote_path });
  expect((await transfer("upload", "up", "up")).code).toBe("POLICY_DENIED");
  expect(there("up")).toBe(false);
  writeFileSync(join(sshd.home, "down"), "text");
  expect((await transfer("download", "down", "down")).fields).toMatchObject({ success: true, bytes: 4 });
});

test("a shell that a human has begun inside is held to the same, a program is not typed into", async () => {
  const session = await open("fixed");
  human(session, "PS1='inner$ ' bash --norc", "Enter");
  await until("the inner shell", async () => /inner\$ /.test((await lookAt(session)).text), 20_000);
  expect((await run(session, "touch no")).code).toBe("POLICY_DENIED");
  expect((await run(session, "uname -s")).fields).toMatchObject({ output: "Linux" });
  human(session, "cat", "Enter");
  await until("cat", async () => (await lookAt(session)).fields["state"] !== "idle", 20_000);
  expect((await input(session, { text: "touch no\n" })).code).toMatch(/POLICY_DENIED|EXPECTATION_FAILED/);
  expect((await server.call("interrupt_command", { session_name: session })).fields).toMatchObject({
    interrupted: true,
  });
});

test("what is denied is refused under full too, where it hides in another command as well", async () => {
  const session = await open("barred");
  for (const command of ["rm -f x", "sudo rm -f x", "find . -exec rm {} +", "bash -c 'rm x'"])
    expect([command, (await run(session, command)).code]).toEqual([command, "POLICY_DENIED"]);
  expect((await run(session, "touch made && echo done")).fields).toMatchObject({ output: "done" });
  expect((await server.call("execute_command", { session_name: session, command: "cat" })).isError).toBe(
    false,
  );
  expect((await input(session, { text: "typed\n" })).text).toContain("typed");
  await server.call("interrupt_command", { session_name: session });
});

test("confirm types nothing without a yes; with it the same call goes on, once", async () => {
  const session = await open("watched");
  expect((await run(session, "uname -s")).fields).toMatchObject({ exit_code: 0 });
  const asked = await run(session, "touch asked; echo done");
  const id = idOf(asked);
  expect([asked.code, id]).toEqual(["APPROVAL_PENDING", expect.stringMatching(/^[a-z2-9]{8}$/)]);
  const { expires_at: expiresAt, command_for_user: command } = detailsOf(asked);
  expect(command).toBe(`mcp-ssh-interactive approve ${id}`);
  expect(Date.parse(String(expiresAt))).toBeGreaterThan(Date.now());
  expect(there("asked")).toBe(false);
  const waiting = run(session, "touch asked; echo done");
  await yes(id);
  expect((await waiting).fields).toMatchObject({ exit_code: 0, output: "done" });
  expect(there("asked")).toBe(true);
  const again = await run(session, "touch asked; echo done");
  expect([again.code, idOf(again) === id]).toEqual(["APPROVAL_PENDING", false]);
});

test("an approval is void after any other input, in another folder, and for other bytes", async () => {
  const session = await open("watched");
  const first = await run(session, "touch void");
  await yes(idOf(first));
  expect((await run(session, "touch  void")).code).toBe("APPROVAL_PENDING");
  await run(session, "uname");
  const second = await run(session, "touch void");
  expect([second.code, idOf(second) === idOf(first)]).toEqual(["APPROVAL_PENDING", false]);
  expect(there("void")).toBe(false);
});

test("an approval of one session is none of another, and none of it after it was opened again", async () => {
  const [one, other] = [await open("watched"), await open("watched")];
  const asked = await run(one, "touch one");
  await yes(idOf(asked));
  expect((await run(other, "touch one")).code).toBe("APPROVAL_PENDING");
  await server.call("close_connection", { session_name: one });
  await server.call("open_connection", { connection_config_name: "watched", session_name: one });
  expect((await run(one, "touch one")).code).toBe("APPROVAL_PENDING");
  expect(there("one")).toBe(false);
});

test("what a human changes runs as changed, and the agent is told", async () => {
  const session = await open("watched");
  const asked = await run(session, "rm -rf work");
  await yes(idOf(asked), "echo kept");
  expect((await run(session, "rm -rf work")).fields).toMatchObject({
    output: "kept",
    command: "echo kept",
    edited_by_human: true,
  });
});

test("a no reaches the agent with the human's words, by the command line", async () => {
  const session = await open("watched");
  const asked = await run(session, "touch denied");
  await using human = new TerminalRun(["deny", idOf(asked), "--say", "use the staging host"], home.env);
  expect(await human.ended()).toBe(0);
  const declined = await run(session, "touch denied");
  expect(declined.code).toBe("APPROVAL_DECLINED");
  expect(detailsOf(declined)).toMatchObject({ words: "use the staging host" });
});

test("one that another server process asked for is used by it alone, when it comes again", async () => {
  const session = await open("watched");
  await using second = await home.start();
  const asked = await run(session, "touch two");
  const [one, other] = [run(session, "touch two"), run(session, "touch two", second)];
  await yes(idOf(asked));
  const codes = [(await one).code, (await other).code].map((code) => code ?? "ran").toSorted();
  expect(codes).toEqual(["APPROVAL_PENDING", "ran"]);
});

test("pause stops what agents type in every process, and what runs goes on", async () => {
  const session = await open("barred");
  await using second = await home.start();
  await server.call("execute_command", { session_name: session, command: "sleep 2; touch went-on" });
  const pause = new Pause(join(home.root, "paused"));
  pause.turnOn();
  await until("the command's end", () => there("went-on"), 20_000);
  await lookAt(session);
  for (const on of [server, second])
    expect((await run(session, "touch paused", on)).code).toBe("PAUSED_BY_HUMAN");
  expect((await input(session, { text: "touch paused\n" })).code).toBe("PAUSED_BY_HUMAN");
  const opened = await server.call("open_connection", {
    connection_config_name: "barred",
    session_name: "p",
  });
  expect(opened.code).toBe("PAUSED_BY_HUMAN");
  expect((await lookAt(session)).isError).toBe(false);
  pause.turnOff();
  expect((await run(session, "echo back")).fields).toMatchObject({ output: "back" });
  expect(there("paused")).toBe(false);
});

test("a policy that is weakened on disk waits for a human, a stricter one holds at once", async () => {
  const session = await open("changed");
  expect((await run(session, "touch weak")).code).toBe("POLICY_DENIED");
  writePolicies({ ...policies, changed: "policy: {mode: full}" });
  const refused = await run(session, "touch weak");
  expect(refused.code).toBe("POLICY_DENIED");
  const [, id = ""] = /approve (\S+)/.exec(String(detailsOf(refused)["command_for_user"])) ?? [];
  await yes(id);
  expect((await run(session, "touch weak")).fields).toMatchObject({ exit_code: 0 });
  writePolicies(policies);
  expect((await run(session, "touch weak")).code).toBe("POLICY_DENIED");
});

test("all of it is in the audit, whose chain is whole", async () => {
  await using checked = new TerminalRun(["history", "--verify"], home.env);
  expect(await checked.ended()).toBe(0);
  expect(checked.output).toContain("the chain is whole");
  const acts = readFileSync(join(home.root, "audit.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => Object(JSON.parse(line)));
  const kinds = new Set(acts.map((act) => act["act"]));
  for (const kind of [
    "open",
    "command",
    "ended",
    "input",
    "refused",
    "asked",
    "declined",
    "transfer",
    "policy",
    "interrupt",
    "close",
  ])
    expect([kind, kinds.has(kind)]).toEqual([kind, true]);
  expect(acts).toContainEqual(
    expect.objectContaining({
      act: "command",
      client: "test 1",
      connection: "watched",
      command: "touch asked; echo done",
      approved: "the test",
    }),
  );
});

function lookAt(session_name: string): Promise<ToolResult> {
  return server.call("get_terminal_output", { session_name, wait_seconds: 1 });
}

/** What a person types who is attached. */
function human(session_name: string, ...keys: string[]): void {
  home.tmux("send-keys", "-t", `=mcp-${session_name}:`, ...keys);
}
