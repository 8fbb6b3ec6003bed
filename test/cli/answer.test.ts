import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { binary } from "../binary/binary.ts";
import { runBinary } from "../binary/run-binary.ts";
import { makeKey, startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { TerminalRun } from "../support/terminal-run.ts";

const secret = "plum-Kettle-93";
let sshd: LoopbackSshd;
let home: McpHome;

setDefaultTimeout(60_000);

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  makeKey(join(sshd.folder, "locked"), secret);
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

test("a human's answer reaches the program that asks, unseen by terminal, log, ledger and agent", async () => {
  await begin("a1", `read -rsp 'Password: ' x; test "$x" = ${secret.split("").join('""')} && echo right`);
  await using run = new TerminalRun(["answer", "a1"], home.env);
  await run.shows(/a1: a program on .* asks \(as the host tells it: bash\)\n\n {2}Password: \n/);
  await run.consent();
  await run.shows(/which is not shown: $/);
  expect(modesOf(run)).toContain("-echo ");
  run.type(`${secret}\n`);
  expect(await run.ended()).toBe(0);
  expect(run.output).toContain("a1 took the answer.");
  expect(run.output).not.toContain(secret);
  const shown = await lookAt("a1");
  expect(shown).toContain("right");
  expect(shown).not.toContain(secret);
  for (const name of readdirSync(join(home.root, "logs")))
    expect(readFileSync(join(home.root, "logs", name), "latin1")).not.toContain(secret);
  expect(ledger("a1")).toContainEqual(
    expect.objectContaining({ step: "input", client: "answer", text: "•••" }),
  );
  const noted = await runBinary(["history", "a1", "--kind", "answer", "--json"], { env: home.env });
  expect(noted.stdout).not.toContain(secret);
  expect(JSON.parse(noted.stdout).entries).toMatchObject([
    {
      kind: "answer",
      session_name: "a1",
      by: expect.stringMatching(/^a human at a terminal/),
      asker: "hidden",
      fate: "accepted",
    },
  ]);
  expect(home.tmux("show-buffer") + home.tmux("show-messages")).not.toContain(secret);
});

test("a wrong passphrase is told as not accepted, then the right one as taken", async () => {
  await begin("a2", `until ssh-keygen -y -f ${join(sshd.folder, "locked")} >/dev/null; do :; done`);
  await using wrong = new TerminalRun(["answer", "a2"], home.env);
  await wrong.consent();
  await wrong.shows(/which is not shown: $/);
  wrong.type("not this\n");
  expect(await wrong.ended()).toBe(1);
  expect(wrong.output).toContain("asks the same again: the answer was not accepted");
  await using right = new TerminalRun(["answer", "a2"], home.env);
  await right.consent();
  await right.shows(/which is not shown: $/);
  right.type(`${secret}\n`);
  expect(await right.ended()).toBe(0);
});

test("a second hidden question is told as one more", async () => {
  await begin("a3", "read -rsp 'Password: ' x; echo; read -rsp 'Verification code: ' y");
  await using run = new TerminalRun(["answer", "a3"], home.env);
  await run.consent();
  await run.shows(/which is not shown: $/);
  run.type(`${secret}\n`);
  expect(await run.ended()).toBe(0);
  expect(run.output).toContain("asks for something more");
});

test("an answer is not typed when the question has gone meanwhile", async () => {
  await begin("a4", `read -t 12 -rsp 'Password: ' x; echo late$((6*7))`);
  await using run = new TerminalRun(["answer", "a4"], home.env);
  await run.consent();
  await run.shows(/which is not shown: $/);
  const log = join(home.root, "logs", "a4.log");
  await until("the end of the question", () => readFileSync(log, "latin1").includes("late42"), 20_000);
  run.type(`${secret}\n`);
  expect(await run.ended()).toBe(1);
  expect(run.output).toContain("has changed meanwhile; nothing was typed");
});

test("what a second ssh hides is answered too, and one that shows it gets no Enter", async () => {
  const inner = `ssh -tt -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${sshd.knownHostsFile} -i ${sshd.clientKey} -p ${sshd.port} 127.0.0.1`;
  await begin("a5", `${inner} "read -rsp 'Password: ' x; echo; echo length \\\${#x}"`);
  await using run = new TerminalRun(["answer", "a5"], home.env);
  await run.shows(/cannot tell whether what is typed there is shown/);
  await run.consent();
  await run.shows(/which is not shown: $/);
  run.type(`${secret}\n`);
  expect(await run.ended()).toBe(0);
  expect(await lookAt("a5")).toContain(`length ${secret.length}`);
  await begin("a6", `${inner} "read -rp 'Password: ' x; echo; echo length \\\${#x}"`);
  await using shown = new TerminalRun(["answer", "a6"], home.env);
  await shown.consent();
  await shown.shows(/which is not shown: $/);
  shown.type(`${secret}\n`);
  expect(await shown.ended()).toBe(1);
  expect(shown.output).toContain("taken back with Ctrl+C; it was not sent");
  expect(await lookAt("a6")).not.toMatch(/length \d/);
});

test("Ctrl+C at the hidden answer exits with 130, types nothing and leaves the terminal as it was", async () => {
  await begin("a7", "read -rsp 'Password: ' x; echo done$((6*7))");
  const words = ["sh", "-c", 'trap : INT; "$@"; echo "exit $?"; stty -a', "sh", binary];
  await using run = new TerminalRun(["answer", "a7"], home.env, words);
  await run.consent();
  await run.shows(/which is not shown: $/);
  run.type("half\u0003");
  await run.shows(/exit 130/);
  await run.shows(/ echo /);
  expect(await lookAt("a7")).not.toContain("done42");
});

test("without a hidden question, a session or a terminal nothing is asked", async () => {
  await begin("a8", "true");
  await using idle = new TerminalRun(["answer", "a8"], home.env);
  expect(await idle.ended()).toBe(1);
  expect(idle.output).toContain("its shell waits for a command");
  await using missing = new TerminalRun(["answer", "nobody"], home.env);
  expect(await missing.ended()).toBe(1);
  expect(missing.output).toContain('no session is named "nobody"');
  expect(await runBinary(["answer"], { env: home.env })).toMatchObject({ exitCode: 2 });
});

/** The server is gone again afterwards: this process has started it, and would be taken for the agent. */
async function begin(session: string, command: string): Promise<void> {
  await using server = await home.start();
  const opened = await server.call("open_connection", {
    connection_config_name: "lo",
    session_name: session,
  });
  expect(opened.code).toBeUndefined();
  await server.call("execute_command", { session_name: session, command, wait_seconds: 20 });
}

async function lookAt(session: string): Promise<string> {
  await using server = await home.start();
  return (await server.call("get_terminal_output", { session_name: session })).text;
}

function ledger(session: string): unknown[] {
  const text = readFileSync(join(home.root, "logs", `${session}.commands.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function modesOf({ child }: TerminalRun): string {
  return Bun.spawnSync(["sh", "-c", `stty -a < /proc/${child.pid}/fd/0`]).stdout.toString();
}
