import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

const bash = { shell: "/bin/bash" };

/** Commands that came over further channels of the connection. */
const questionsTo = (sshd: LoopbackSshd): number =>
  sshd.log().match(/Starting session: (?:forced-)?command\b(?!.* on pts)/g)?.length ?? 0;

async function openOn(home: McpHome, sshd: LoopbackSshd): Promise<McpServer> {
  home.writeConnections(McpHome.connection("lo", sshd));
  const server = await home.start();
  await server.call("open_connection", {
    connection_config_name: "lo",
    session_name: "s",
    timeout_seconds: 10,
  });
  return server;
}

test("a silent command is asked about once in a wait", async () => {
  await using session = await ShellSession.open(bash);
  const before = questionsTo(session.sshd);
  await session.run("sleep 1.5");
  await until("it was asked", () => questionsTo(session.sshd) > before);
  expect(questionsTo(session.sshd) - before).toBe(1);
});

test("a command that prints now and then is asked about ever more rarely", async () => {
  await using session = await ShellSession.open(bash);
  const before = questionsTo(session.sshd);
  await session.run("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.4; done");
  expect(questionsTo(session.sshd) - before).toBeWithin(1, 6);
});

test("a program that begins to read late is told by the next call", async () => {
  await using session = await ShellSession.open(bash);
  expect((await session.run("printf Ort; sleep 1.5; read x", { wait_seconds: 1 })).fields["state"]).toBe(
    "running",
  );
  await until("it reads", async () => (await session.read()).fields["state"] === "awaiting_input");
});

test("where the host takes one session only, the text tells, later and with less confidence", async () => {
  await using sshd = await startLoopbackSshd({ ...bash, config: ["MaxSessions 1"] });
  await using home = new McpHome();
  const server = await openOn(home, sshd);
  const run = async (command: string) =>
    (await server.call("execute_command", { session_name: "s", command, wait_seconds: 3 })).fields;
  expect(await run("read -p 'Name: ' x")).toMatchObject({
    state: "awaiting_input",
    awaiting: { kind: "text" },
    confidence: "quiet",
  });
  await server.call("interrupt_command", { session_name: "s" });
  expect(await run("read -sp 'Password: ' x")).toMatchObject({
    awaiting: { kind: "password" },
    confidence: "quiet",
  });
  await server.call("interrupt_command", { session_name: "s" });
  expect(await run("true")).toMatchObject({ exit_code: 0, state: "idle" });
});

test("a forced menu is started once only", async () => {
  await using home = new McpHome();
  const folder = home.tempHome.home;
  const menu = join(folder, "menu");
  writeFileSync(
    menu,
    `#!/bin/sh\necho started >>${folder}/starts\nprintf 'Choice? '\nread x\necho "got $x"; read y\n`,
    { mode: 0o755 },
  );
  await using sshd = await startLoopbackSshd({ config: [`ForceCommand ${menu}`] });
  const server = await openOn(home, sshd);
  const read = await server.call("get_terminal_output", { session_name: "s", wait_seconds: 3 });
  expect(read.text).toContain("Choice?");
  expect(await Bun.file(join(folder, "starts")).text()).toBe("started\n");
});

test("a session that ends during a question does not linger with it", async () => {
  await using session = await ShellSession.open(bash);
  const startedAtMs = performance.now();
  const { fields } = await session.run("read -t 0.26 x; exit 3", { wait_seconds: 10 });
  // The host may have been quick enough to tell that it waited.
  const told = fields["state"] === "awaiting_input" ? await session.read({ wait_seconds: 10 }) : { fields };
  expect(told.fields).toMatchObject({ state: "disconnected" });
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
});
