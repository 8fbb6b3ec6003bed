import { expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { acquireFileLock } from "../../src/platform/file-lock.ts";
import { noteSent } from "../support/note-sent.ts";
import { hasOpen } from "../support/open-files.ts";
import { signalProcess, until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";
import { paneProcesses } from "../support/traces.ts";

const isSent = ({ home }: ShellSession): boolean => {
  const ledger = join(home.root, "logs/s.commands.jsonl");
  return existsSync(ledger) && readFileSync(ledger, "utf8").includes('"step":"sent"');
};

const inputLock = ({ home }: ShellSession): string => join(home.root, "locks/s.input");

test("a command that another process has followed with the next one is told as ended, with its own exit code", async () => {
  await using session = await ShellSession.open();
  const other = await session.home.start();
  const first = session.run("sleep 0.5; (exit 7)");
  await until("it is sent", () => isSent(session), 10_000);
  (await acquireFileLock(inputLock(session), 5_000)).release();
  signalProcess(session.server.pid, "SIGSTOP");
  await other.call("get_terminal_output", { session_name: "s", view: "command", wait_seconds: 10 });
  const endless = { session_name: "s", command: "while sleep 0.02; do echo on; done" };
  expect((await other.call("execute_command", endless)).fields).toMatchObject({ state: "running" });
  signalProcess(session.server.pid, "SIGCONT");
  expect((await first).fields).toMatchObject({ exit_code: 7, ended_by: "command_ended", output: "" });
  await other.call("interrupt_command", { session_name: "s" });
});

test("a command whose end tmux kept back is not told as ended before its last output and its exit code have come", async () => {
  await using session = await ShellSession.open();
  const { home } = session;
  const tmux = Number(home.tmux("display-message", "-p", "#{pid}"));
  const silentMs = () => Date.now() - statSync(join(home.root, "logs/s.log")).mtimeMs;
  const ended = session.run("until [ -e go ]; do sleep 0.02; done; echo out; (exit 4)");
  await until("it runs", () => /7712;C;/.test(session.log()));
  signalProcess(tmux, "SIGSTOP");
  writeFileSync(join(session.sshd.home, "go"), "");
  await until("a long silence", () => silentMs() > 3_500);
  signalProcess(tmux, "SIGCONT");
  expect((await ended).fields).toMatchObject({ exit_code: 4, output: "out" });
});

test("where the prompt is slow to come, a call that does not wait has the exit code already", async () => {
  await using session = await ShellSession.open();
  await session.run("PS1='$(sleep 2)$ '");
  await until("the prompt", async () => (await session.read()).fields["state"] === "idle", 10_000);
  const { fields } = await session.run("echo out; (exit 4)", { wait_seconds: 0 });
  expect(fields).toMatchObject({ exit_code: 4, output: "out" });
});

test("a shell that appeared is given marks only if nobody has typed at its prompt meanwhile", async () => {
  await using session = await ShellSession.open();
  const before = session.log().length;
  const nested = session.run("sleep 0.3; bash --norc");
  await until("it is sent", () => isSent(session), 10_000);
  await using held = await acquireFileLock(inputLock(session), 5_000);
  await until("the lock is waited for", () => hasOpen(session.server.pid, inputLock(session)), 10_000);
  session.humanTypes("-l", "cat");
  session.humanTypes("Enter");
  await until("cat runs", () => /cat\r\n/.test(session.log().slice(before)), 10_000);
  held.release();
  expect((await nested).fields).toMatchObject({ command_id: "c1" });
  expect(session.log().slice(before)).not.toContain("\u001b[?1049h");
});

test("the exit code of a command that nobody saw end is kept when its shell gets other marks", async () => {
  await using session = await ShellSession.open();
  const { fields } = await session.run("sleep 0.6; (exit 9)", { wait_seconds: 0 });
  await until("it has ended", () => /7712;D;[0-9a-f]+;\d+;9/.test(session.log()), 10_000);
  const number = /7712;D;([0-9a-f]{32});/.exec(session.log())?.[1] ?? "";
  session.humanTypes("-l", ` printf '%s\\n' ${number}`);
  session.humanTypes("Enter");
  await until("the number stands in output", () => session.log().split(number).length > 8, 10_000);
  const other = await session.home.start();
  await other.call("execute_command", { session_name: "s", command: "true", wait_seconds: 10 });
  const view = await other.call("get_terminal_output", {
    session_name: "s",
    command_id: fields["command_id"],
  });
  expect(view.fields).toMatchObject({ exit_code: 9 });
});

test("a command whose Enter went out just as ssh ended is lost, and never takes the end of a later one", async () => {
  await using session = await ShellSession.open();
  await session.run("(exit 5)");
  const { server, home } = session;
  const ssh = paneProcesses(home).find(({ commandLine }) => /^\S*ssh .*-tt/.test(commandLine));
  signalProcess(ssh?.pid, "SIGKILL");
  await until("ssh has ended", async () => (await session.read()).fields["state"] === "disconnected", 10_000);
  noteSent(home, { id: "c2", offset: Buffer.byteLength(session.log()) });
  const opened = await session.open("s");
  expect(opened.fields["lost"]).toMatchObject({ command_id: "c2" });
  expect((await session.run("true")).fields).toMatchObject({ command_id: "c3", exit_code: 0 });
  const args = { session_name: "s", command_id: "c2" };
  const { fields } = await server.call("get_terminal_output", args);
  expect(fields["ended_by"]).toBe("disconnected");
  expect(fields["exit_code"]).toBeUndefined();
});

test("a command that opened a shell is told as just that, also where another process goes on typing", async () => {
  await using session = await ShellSession.open();
  const nested = session.run("sleep 0.3; bash --norc");
  await until("it is sent", () => isSent(session), 10_000);
  await using _ = await acquireFileLock(inputLock(session), 5_000);
  expect((await nested).fields).toMatchObject({ ended_by: "nested_prompt", state: "idle", command_id: "c1" });
});
