import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

/** The process that serves the session and its further channels. */
async function servingProcess(session: ShellSession): Promise<number> {
  return Number((await session.run("echo $PPID")).fields["output"]);
}

test("a link that passes nothing is told where typed text does not appear, and is well again with the first byte", async () => {
  await using session = await ShellSession.open({ shell: "/bin/bash" });
  const pid = await servingProcess(session);
  process.kill(pid, "SIGSTOP");
  try {
    const { fields } = await session.run("echo late");
    expect(fields).toMatchObject({ ended_by: "no_echo", state: "unknown", link: "stalled" });
    expect((await session.read()).fields["link"]).toBe("stalled");
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await until("bytes come", async () => (await session.read()).fields["link"] === "ok", 15_000);
}, 40_000);

test("a question whose answer the link holds back is not told as waiting for one", async () => {
  await using session = await ShellSession.open({ shell: "/bin/bash" });
  const pid = await servingProcess(session);
  const asked = await session.run("read -p 'Name: ' name; echo got $name");
  expect(asked.fields["state"]).toBe("awaiting_input");
  process.kill(pid, "SIGSTOP");
  try {
    const { fields } = await session.send({ text: "Kim\n", wait_seconds: 2 });
    expect(fields).toMatchObject({ state: "running", submitted: true });
    await until(
      "the link is told as stalled",
      async () => {
        const read = await session.read({ wait_seconds: 8 });
        expect(read.fields["state"]).toBe("running");
        return read.fields["link"] === "stalled";
      },
      30_000,
    );
  } finally {
    process.kill(pid, "SIGCONT");
  }
  const ended = await session.read({ view: "command", wait_seconds: 30 });
  expect(ended.fields).toMatchObject({ exit_code: 0, output: "Name: Kim\ngot Kim" });
}, 90_000);

test("a link that passes nothing is told while a silent command runs", async () => {
  await using session = await ShellSession.open({ shell: "/bin/bash" });
  const pid = await servingProcess(session);
  await session.run("mkfifo gate; cat gate", { wait_seconds: 0 });
  const gate = join(session.sshd.home, "gate");
  await until("the command waits", () => existsSync(gate));
  process.kill(pid, "SIGSTOP");
  try {
    // How long a silent command is left in peace grows with each question asked of it.
    await until(
      "the link is told as stalled",
      async () => {
        const { fields } = await session.read({ wait_seconds: 8 });
        expect(fields["state"]).toBe("running");
        return fields["link"] === "stalled";
      },
      30_000,
    );
  } finally {
    process.kill(pid, "SIGCONT");
  }
  writeFileSync(gate, "over\n");
  const ended = await session.read({ view: "command", wait_seconds: 30 });
  expect(ended.fields).toMatchObject({ exit_code: 0, link: "ok" });
}, 90_000);
