import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { LogText } from "../../src/sessions/log-text.ts";
import { binary } from "../binary/binary.ts";
import { runBinary } from "../binary/run-binary.ts";
import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";
import { TerminalRun } from "../support/terminal-run.ts";

let session: ShellSession;

setDefaultTimeout(60_000);

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
});

afterAll(() => session[Symbol.asyncDispose]());

const log = (...args: string[]) => runBinary(["log", ...args], { env: session.home.env });
const call = (name: string, args: Record<string, unknown>) => session.server.call(name, args);

test("log shows the same text as the tools, however long it is", async () => {
  await session.run("seq 1 30000; printf 'a\\rb\\n\\033[31mred\\033[0m\\n'");
  const { exitCode, stdout } = await log("s");
  expect(exitCode).toBe(0);
  const { fields } = await session.read({ num_lines: 50, max_chars: 40_000 });
  const lines = stdout.trimEnd().split("\n");
  expect(lines.slice(-50).join("\n").trimEnd()).toBe(String(fields["output"]).trimEnd());
  const from = lines.indexOf("1");
  expect(lines.slice(from, from + 30_000)).toEqual(Array.from({ length: 30_000 }, (_, at) => `${at + 1}`));
  expect(lines.slice(from + 30_000, from + 30_002)).toEqual(["b", "red"]);
});

test("--command shows one command's output, also of a session that was closed", async () => {
  await session.open("short");
  const run = { session_name: "short", command: "echo one; echo two", wait_seconds: 20 };
  const { fields } = await call("execute_command", run);
  const id = String(fields["command_id"]);
  expect((await log("short", "--command", id)).stdout).toBe("one\ntwo\n");
  await call("close_connection", { session_name: "short" });
  expect((await log("short", `--command=${id}`)).stdout).toBe("one\ntwo\n");
  expect((await log("short")).stdout).toContain("\none\ntwo\n");
  expect(await log("short", "--command", "c99")).toMatchObject({ exitCode: 1 });
  expect(await log("nobody")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("short") });
});

test("--since begins at the first command since then", async () => {
  await session.open("since");
  const run = (command: string) =>
    call("execute_command", { session_name: "since", command, wait_seconds: 20 });
  await run("echo before");
  const between = new Date(Date.now() + 1_000);
  await until("the next second", () => Date.now() > between.getTime());
  await run("echo after");
  const { stdout } = await log("since", "--since", between.toISOString().replace(/\.\d+Z$/, "Z"));
  expect(stdout).not.toContain("before");
  expect(stdout).toMatch(/^\S.* echo after\nafter\n/);
  expect((await log("since", "--since", "1h")).stdout).toContain("before");
  expect(await log("since", "--since", "soon")).toMatchObject({ exitCode: 2 });
  expect((await log("since", "--since", new Date(Date.now() + 9e7).toISOString().slice(0, 10))).stdout).toBe(
    "",
  );
});

test("--raw gives the bytes to a pipe and refuses a terminal", async () => {
  await session.open("raw");
  const child = Bun.spawn([binary, "log", "raw", "--raw"], { env: session.home.env, stdout: "pipe" });
  const bytes = await new Response(child.stdout).bytes();
  expect(Buffer.from(bytes)).toEqual(readFileSync(join(session.home.root, "logs/raw.log")));
  await using run = new TerminalRun(["log", "raw", "--raw"], session.home.env);
  expect(await run.ended()).toBe(1);
  expect(run.output).toContain("not for a terminal");
  expect(run.output).not.toContain("\u001b");
});

test("--follow writes lines as they come, until the session is closed", async () => {
  await session.open("live");
  const child = Bun.spawn([binary, "log", "live", "--follow"], { env: session.home.env, stdout: "pipe" });
  let text = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout) text += decoder.decode(bytes, { stream: true });
  })();
  const run = { session_name: "live", command: "echo line-$((6*7)); cat", wait_seconds: 0 };
  await call("execute_command", run);
  await until("the line", () => text.includes("\nline-42\n"), 20_000);
  await call("send_input", { session_name: "live", keys: ["C-d"] });
  await call("execute_command", { session_name: "live", command: "clear; echo cleared", wait_seconds: 20 });
  await until("what came after clear", () => /^cleared$/m.test(text), 20_000);
  await call("close_connection", { session_name: "live", force: true });
  expect(await child.exited).toBe(0);
  await reading;
  expect(text.match(/^line-42$/gm)).toHaveLength(1);
});

test("--follow ends with Ctrl+C, and when nobody reads any more", async () => {
  await using run = new TerminalRun(["log", "s", "--follow"], session.home.env);
  await run.shows(/red\n/);
  run.type("\u0003");
  expect(await run.ended()).toBe(130);
  const piped = Bun.spawn(["sh", "-c", '"$0" log s --follow | head -n 2', binary], {
    env: session.home.env,
    stdout: "pipe",
  });
  expect(await piped.exited).toBe(0);
});

test("what lines hold reaches a terminal as text alone", async () => {
  await session.run(
    String.raw`printf 'x\033]0;T\007\033Ptmux;\033\033]52;c;eA==\a\033\\ \302\233 \342\200\256y\n'`,
  );
  await using run = new TerminalRun(["log", "s"], session.home.env);
  expect(await run.ended()).toBe(0);
  expect(run.output.replaceAll(/[\r\n\t]/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test.each([1, 7, 4_096])("text cut into pieces of %d bytes is given out once and whole", (size) => {
  const lines = Array.from({ length: 500 }, (_, at) => `line ${at}`);
  const bytes = Buffer.from(`${lines.join("\r\n")}\r\nprompt$ `);
  const text = new LogText({ cols: 80, rows: 24 });
  const given: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    given.push(...text.take(bytes.subarray(at, at + size)));
    if (at % 3 === 0) given.push(...text.standing());
  }
  expect([...given, ...text.end()]).toEqual([...lines, "prompt$ "]);
});
