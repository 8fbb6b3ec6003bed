import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { runBinary } from "../binary/run-binary.ts";
import { McpHome } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

setDefaultTimeout(60_000);

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
});

afterAll(() => session[Symbol.asyncDispose]());

const cli = (...args: string[]) => runBinary(args, { env: session.home.env });
const call = (name: string, args: Record<string, unknown>) => session.server.call(name, args);

async function facts(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await cli(...args, "--json");
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

test("status tells what each session does, in words and as JSON", async () => {
  await session.open("second");
  await session.run("sleep 300", { wait_seconds: 0 });
  const { exitCode, stdout } = await cli("status");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^s +lo +\S+@127\.0\.0\.1 +runs sleep 300 +0 /m);
  expect(stdout).toMatch(/^second +lo +\S+@\S+:\S+ +at the prompt +0 /m);
  expect(await facts("status")).toMatchObject({
    total: 2,
    sessions: [
      { session_name: "s", state: "running", running_command: "sleep 300", humans_attached: 0 },
      { session_name: "second", state: "idle", attach_command: "mcp-ssh-interactive attach second" },
    ],
  });
  await session.interrupt();
});

test("what a human runs is not told as the agent's command", async () => {
  await session.run("true");
  session.humanTypes("-l", "sleep 301");
  session.humanTypes("Enter");
  await until(
    "it runs",
    async () => JSON.stringify(await facts("status")).includes('"state":"running"'),
    20_000,
  );
  const { sessions } = await facts("status");
  expect(JSON.stringify(sessions)).not.toContain('"running_command"');
  await session.interrupt();
});

test("close ends an idle session, and one in which something runs only with --force", async () => {
  await session.open("busy");
  await call("execute_command", { session_name: "busy", command: "sleep 300", wait_seconds: 0 });
  const refused = await cli("close", "busy");
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("mcp-ssh-interactive close busy --force");
  expect(await facts("close", "busy", "--force")).toMatchObject({ session_name: "busy", was_running: true });
  const closed = await cli("close", "second");
  expect(closed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("second is closed") });
  const gone = await cli("close", "second");
  expect(gone).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("second") });
  expect((await facts("status"))["total"]).toBe(1);
});

test("history lists the commands of one session or of all, with exit code, duration and folder", async () => {
  await session.run("cd /usr; (exit 3)");
  await session.run("echo a\necho b");
  const all = JSON.stringify(await facts("history"));
  expect(all).toContain('"session_name":"busy"');
  const { commands } = await facts("history", "s");
  expect(commands).toContainEqual(
    expect.objectContaining({
      session_name: "s",
      command: "cd /usr; (exit 3)",
      exit_code: 3,
      client: "test 1",
      duration_ms: expect.any(Number),
    }),
  );
  expect(commands).toContainEqual(expect.objectContaining({ command: "echo a\necho b", cwd: "/usr" }));
  const { stdout } = await cli("history", "s");
  expect(stdout).toMatch(/^c\d+ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +test 1 +0 +\S+ m?s +\/usr +echo a\.\.\.$/m);
  expect(await cli("history", "nobody")).toMatchObject({ exitCode: 1 });
});

test("history has what an agent typed into a command behind it, with its place in the log", async () => {
  const asked = await session.run("read -r x; echo got-$x");
  await session.send({ text: "y", keys: ["Enter"], cursor: asked.fields["cursor"], wait_seconds: 20 });
  const { entries } = await facts("history", "s");
  const found: unknown[] = Array.isArray(entries) ? entries.slice(-2) : [];
  expect(found).toMatchObject([
    { kind: "command", command: "read -r x; echo got-$x", connection: "lo", log_to: expect.any(Number) },
    { kind: "input", session_name: "s", text: "y", keys: ["Enter"], client: "test 1" },
  ]);
  expect(found[1]).toMatchObject({ command_id: Object(found[0]).command_id, log_from: expect.any(Number) });
});

test("prune drops what is too old or too large of closed sessions, and nothing of open ones", async () => {
  const logs = join(session.home.root, "logs");
  const config = readFileSync(session.home.tempHome.configFile, "utf8");
  session.home.tempHome.writeConfig(`${config}settings: {log_retention_days: 5, log_max_mb: 4}\n`);
  const old = new Date(Date.now() - 6 * 86_1_200_000);
  const write = (name: string, bytes: number, time?: Date) => {
    writeFileSync(join(logs, name), Buffer.alloc(bytes, 0x61), { mode: 0o600 });
    if (time !== undefined) utimesSync(join(logs, name), time, time);
  };
  for (const name of ["old.log", "old.commands.jsonl", "note.txt"]) write(name, 1_000, old);
  write("large.log", 1_200_000);
  for (const at of [0, 1_200_000, 2_400_000]) write(`large.log.${String(at).padStart(20, "0")}`, 1_200_000);
  for (const name of readdirSync(logs).filter((each) => each.startsWith("s.")))
    utimesSync(join(logs, name), old, old);
  const dropped = [
    { session_name: "large", files: 1, bytes: 1_200_000, whole: false },
    { session_name: "old", files: 2, bytes: 2_000, whole: true },
  ];
  expect(await facts("prune", "--dry-run")).toEqual({ dry_run: true, bytes: 1_202_000, sessions: dropped });
  expect(existsSync(join(logs, "old.log"))).toBe(true);
  const { stdout } = await cli("prune");
  expect(stdout).toMatch(/^Freed 1\.1 MiB:\n {2}large: 1\.1 MiB, the oldest part of its log\n {2}old: /);
  expect(await facts("history", "--kind", "prune")).toMatchObject({
    entries: [
      { kind: "prune", session_name: "large", bytes: 1_200_000, by: expect.stringMatching(/^a human/) },
      { kind: "prune", session_name: "old", files: 2, bytes: 2_000, whole: true },
    ],
  });
  const left = readdirSync(logs);
  expect(left.filter((name) => name.startsWith("old"))).toEqual([]);
  expect(left).toContain("note.txt");
  expect(left).toContain("s.log");
  expect(left.filter((name) => name.startsWith("large"))).toHaveLength(3);
  expect((await cli("prune")).stdout).toStartWith("Nothing to free");
  expect((await session.run("echo still")).fields["output"]).toBe("still");
});

test("without any session all of them say so", async () => {
  await using home = new McpHome();
  home.writeConnections("  lo: {host: 127.0.0.1, user: me}\n");
  const run = (...args: string[]) => runBinary(args, { env: home.env });
  expect(await run("status")).toMatchObject({ exitCode: 0, stdout: "No session is open.\n" });
  expect(await run("history")).toMatchObject({ exitCode: 0, stdout: "No command was run yet.\n" });
  expect(await run("prune")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Nothing to free"),
  });
  expect(await run("log", "none")).toMatchObject({ exitCode: 1 });
  expect(await run("close", "none")).toMatchObject({ exitCode: 1 });
  expect(await run("log")).toMatchObject({ exitCode: 2 });
  expect(await run("log", "x", "--since")).toMatchObject({ exitCode: 2 });
});
