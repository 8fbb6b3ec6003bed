import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { acquireFileLock } from "../../src/platform/file-lock.ts";
import { hasOpen } from "../support/open-files.ts";
import { signalProcess, until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

const files = { ".bash_profile": "until [ -e ~/go ]; do sleep 0.05; done; PS1='late$ '\n" };

async function openedLate(): Promise<ShellSession> {
  const session = await ShellSession.open({ shell: "/bin/bash", files });
  expect((await session.read()).fields["state"]).toBe("unknown");
  writeFileSync(join(session.sshd.home, "go"), "");
  await until("the prompt", () => session.log().endsWith("late$ "));
  return session;
}

test("a login shell that shows its prompt only after the open is exact from its first command on", async () => {
  await using session = await openedLate();
  expect((await session.run("echo out; (exit 3)")).fields).toMatchObject({
    confidence: "exact",
    exit_code: 3,
    output: "out",
    where: { depth: 0 },
  });
});

test("nothing is typed before it has shown anything", async () => {
  await using session = await ShellSession.open({ shell: "/bin/bash", files });
  expect((await session.run("echo out")).code).toBe("SESSION_BUSY");
  writeFileSync(join(session.sshd.home, "go"), "");
  await until("the prompt", () => session.log().endsWith("late$ "));
  expect(session.log()).not.toContain("echo");
  expect((await session.run("echo out")).fields).toMatchObject({ exit_code: 0, output: "out" });
});

test("it is so also where another process has opened it and died", async () => {
  await using session = await openedLate();
  signalProcess(session.server.pid, "SIGKILL");
  const other = await session.home.start();
  const args = { session_name: "s", command: "(exit 3)", wait_seconds: 20 };
  expect((await other.call("execute_command", args)).fields).toMatchObject({
    confidence: "exact",
    exit_code: 3,
  });
  const third = await session.home.start();
  expect((await third.call("execute_command", args)).fields).toMatchObject({
    confidence: "exact",
    exit_code: 3,
  });
});

test.each([
  ["nothing", ""],
  ["but a part of the line", "read -rsn 6; printf part; "],
])(
  "a shell of which %s came back while the marks were set up gets them with the first command",
  async (_, part) => {
    const early = `stty -echo; printf '\\033[?2004hearly$ '; ${part}until [ -e ~/go ]; do sleep 0.05; done; stty echo; PS1='early$ '\n`;
    await using session = await ShellSession.open({ shell: "/bin/bash", files: { ".bash_profile": early } });
    writeFileSync(join(session.sshd.home, "go"), "");
    const isThrough = () => /7712;R;bash;\d+.*early\$ $/s.test(session.log());
    await until("what was typed then has run", isThrough, 15_000);
    expect((await session.run("(exit 3)")).fields).toMatchObject({ confidence: "exact", exit_code: 3 });
  },
);

test("a call that waited while another process gave the marks types nothing into what that one began", async () => {
  await using session = await openedLate();
  const { home } = session;
  const other = await home.start();
  const lock = join(home.root, "locks/s.input");
  const args = { session_name: "s", command: "echo typed", wait_seconds: 20 };
  const held = await acquireFileLock(lock, 5_000);
  const late = other.call("execute_command", args);
  await until("the lock is waited for", () => hasOpen(other.pid, lock));
  signalProcess(other.pid, "SIGSTOP");
  held.release();
  const asked = await session.run("read -p 'Name: ' name; echo got $name");
  expect(asked.fields).toMatchObject({ state: "awaiting_input", confidence: "prompt" });
  signalProcess(other.pid, "SIGCONT");
  expect((await late).text).toContain("SESSION_BUSY");
  expect((await session.send({ text: "Kim\n", wait_seconds: 20 })).fields).toMatchObject({
    exit_code: 0,
    output: "Name: Kim\ngot Kim",
  });
});
