import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Approvals } from "../../src/policy/approvals.ts";
import { Pause } from "../../src/policy/pause.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";

setDefaultTimeout(60_000);

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
let approvals: Approvals;
let pause: Pause;
let count = 0;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  writeConnections(policies);
  server = await home.start();
  approvals = new Approvals(join(home.root, "approvals"), join(home.root, "locks"));
  pause = new Pause(join(home.root, "paused"));
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const policies = {
  watched: "{mode: confirm}",
  fixed: "{mode: read-only}",
  lost: "{mode: read-only}",
  free: "{mode: full}",
};

function writeConnections(wanted: Readonly<Record<string, string>>): void {
  home.writeConnections(
    ...Object.entries(wanted).map(([name, policy]) => McpHome.connection(name, sshd, [`policy: ${policy}`])),
  );
}

async function open(connection_config_name: string): Promise<string> {
  const session_name = `${connection_config_name}${++count}`;
  const opened = await server.call("open_connection", { connection_config_name, session_name });
  expect([opened.isError, opened.text]).toEqual([false, expect.any(String)]);
  return session_name;
}

const run = (session_name: string, command: string, on = server) =>
  on.call("execute_command", { session_name, command, wait_seconds: 20 });
const upload = (session_name: string, name: string) =>
  server.call("transfer_file", {
    session_name,
    direction: "upload",
    local_path: name,
    remote_path: name,
  });
const there = (name: string) => existsSync(join(sshd.home, name));
const local = (name: string) => join(home.root, "transfers", name);
const idOf = ({ fields }: ToolResult) =>
  String(Object(Object(Object(fields["error"])["details"]))["approval_id"]);
const yes = (id: string, edited?: string) =>
  approvals.decide(id, { state: "approved", by: "the test", ...(edited === undefined ? {} : { edited }) });
const audit = () =>
  readFileSync(join(home.root, "audit.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => Object(JSON.parse(line)));

test("a yes to a file is for its content, and none for another under its name", async () => {
  const session = await open("watched");
  writeFileSync(local("sent"), "harmless");
  const asked = await upload(session, "sent");
  expect(asked.code).toBe("APPROVAL_PENDING");
  expect(approvals.read(idOf(asked))?.text).toMatch(/^upload sent \(8 bytes, sha256 [0-9a-f]{64}\) to sent$/);
  await yes(idOf(asked));
  writeFileSync(local("sent"), "harmful!");
  expect((await upload(session, "sent")).code).toBe("APPROVAL_PENDING");
  expect(there("sent")).toBe(false);
  writeFileSync(local("sent"), "harmless");
  expect((await upload(session, "sent")).fields).toMatchObject({ success: true, bytes: 8 });
  expect(audit()).toContainEqual(expect.objectContaining({ act: "transfer", approved: "the test" }));
  expect(audit()).toContainEqual(
    expect.objectContaining({ act: "transfer", bytes: 8, sha256: expect.any(String) }),
  );
});

test("a line sent meanwhile voids the yes to a file", async () => {
  const session = await open("watched");
  writeFileSync(local("late"), "late");
  await yes(idOf(await upload(session, "late")));
  await run(session, "uname");
  expect((await upload(session, "late")).code).toBe("APPROVAL_PENDING");
  expect(there("late")).toBe(false);
});

test("what a human makes of a command goes by the rules for commands", async () => {
  const session = await open("watched");
  const asked = await run(session, "touch changed");
  await yes(idOf(asked), "true\u0003touch control");
  expect((await run(session, "touch changed")).code).toBe("INVALID_ARGUMENT");
  expect((await run(session, "uname")).fields).toMatchObject({ output: "Linux" });
  expect([there("changed"), there("control")]).toEqual([false, false]);
});

test("nothing is put behind what stands on the line already", async () => {
  const session = await open("fixed");
  home.tmux("send-keys", "-t", `=mcp-${session}:`, "-l", "touch front; ");
  await until("the line is shown", async () => (await lookAt(session)).text.includes("touch front;"));
  const sent = await server.call("send_input", { session_name: session, text: "uname\n" });
  expect(sent.code).toBe("SESSION_BUSY");
  expect(there("front")).toBe(false);
});

test("a session that was only opened is held to its policy once config.yml has it no more", async () => {
  const session = await open("lost");
  const { lost: _, ...others } = policies;
  writeConnections(others);
  const refused = await run(session, "touch lost");
  writeConnections(policies);
  expect(refused.code).toBe("POLICY_DENIED");
  expect(there("lost")).toBe(false);
});

test("policies that were accepted and cannot be read let nothing through", async () => {
  const session = await open("fixed");
  const path = join(home.root, "approvals/policies");
  const kept = readFileSync(path, "utf8");
  writeFileSync(path, "{");
  expect((await run(session, "uname")).code).toBe("STORAGE_FAILED");
  writeFileSync(path, kept);
  expect((await run(session, "uname")).fields).toMatchObject({ output: "Linux" });
});

test("a pause between the typing and Enter takes the line back, and it does not run after", async () => {
  const session = await open("free");
  const pid = Number((await run(session, "echo $$")).fields["output"]);
  process.kill(pid, "SIGSTOP");
  const call = run(session, "touch paused");
  await until("it is typed", () => ledgerOf(session).includes("touch paused"));
  pause.turnOn();
  process.kill(pid, "SIGCONT");
  expect((await call).code).toBe("PAUSED_BY_HUMAN");
  pause.turnOff();
  expect((await run(session, "echo next")).fields).toMatchObject({ output: "next" });
  expect(there("paused")).toBe(false);
});

test("a paused call that waits for a yes types nothing once it has it", async () => {
  const session = await open("watched");
  const id = idOf(await run(session, "touch waited"));
  const waiting = run(session, "touch waited");
  pause.turnOn();
  await yes(id);
  expect((await waiting).code).toBe("PAUSED_BY_HUMAN");
  pause.turnOff();
  expect(there("waited")).toBe(false);
});

test("an upload stops at a pause, leaves no part of itself, and its end is recorded", async () => {
  const session = await open("free");
  writeFileSync(local("large"), "");
  truncateSync(local("large"), 268_435_456);
  const call = upload(session, "large");
  await until("it has begun", () => partsOf().some((name) => statSync(join(sshd.home, name)).size > 0));
  pause.turnOn();
  const stopped = await call;
  pause.turnOff();
  expect(stopped.code).toBe("PAUSED_BY_HUMAN");
  expect([there("large"), partsOf()]).toEqual([false, []]);
  expect(audit()).toContainEqual(expect.objectContaining({ act: "transfer", failed: "PAUSED_BY_HUMAN" }));
});

test("a paused agent ends nobody's command", async () => {
  const session = await open("free");
  await server.call("execute_command", { session_name: session, command: "sleep 600" });
  pause.turnOn();
  const closed = await server.call("close_connection", { session_name: session, force: true });
  pause.turnOff();
  expect(closed.code).toBe("PAUSED_BY_HUMAN");
  expect((await lookAt(session)).fields["state"]).toBe("running");
});

function partsOf(): string[] {
  return readdirSync(sshd.home).filter((name) => name.endsWith(".part"));
}

function ledgerOf(session: string): string {
  return readFileSync(join(home.root, "logs", `${session}.commands.jsonl`), "utf8");
}

function lookAt(session_name: string): Promise<ToolResult> {
  return server.call("get_terminal_output", { session_name, wait_seconds: 1 });
}
