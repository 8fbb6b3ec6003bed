import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { runBinary } from "../binary/run-binary.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type ToolResult } from "../support/mcp-server.ts";
import { TerminalRun } from "../support/terminal-run.ts";

setDefaultTimeout(60_000);

let sshd: LoopbackSshd;
let home: McpHome;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  home.writeConnections(
    McpHome.connection("lo", sshd, ["policy: {mode: confirm}", "secrets: {db: {env: DB_PASSWORD}}"]),
  );
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

test("a human sees just what would run, and lets it through with the code that is shown there", async () => {
  const command = "touch seen #\u202e  x";
  const id = await ask("a1", command);
  const listed = await runBinary(["status"], { env: home.env });
  expect(listed.stdout).toMatch(new RegExp(`Waiting for your answer.*\n {2}${id} {2}a1 `));
  await using human = new TerminalRun(["approve"], home.env);
  await human.shows(
    /test 1 would run this command:\n\n\| touch seen #\\u\{202e\} \\\{2 blanks\} x\n\(\d+ bytes\)/,
  );
  await human.shows(/@.*:.* \(reported by the host\)/);
  await human.consent();
  expect(await human.ended()).toBe(0);
  expect(human.output).toContain(`${id}: approved`);
  expect((await run("a1", command)).fields).toMatchObject({ exit_code: 0 });
  expect(existsSync(join(sshd.home, "seen"))).toBe(true);
});

test("without the code nothing is let through, and it goes on waiting", async () => {
  const id = await ask("a2", "touch never");
  await using human = new TerminalRun(["approve", id], home.env);
  await human.shows(/Enter[^:]*: $/);
  human.type("yes\n");
  expect(await human.ended()).toBe(1);
  const listed = await runBinary(["status", "--json"], { env: home.env });
  expect(JSON.parse(listed.stdout)).toMatchObject({
    approvals: expect.arrayContaining([expect.objectContaining({ approval_id: id })]),
  });
});

test("a command is changed in the human's own editor before it runs", async () => {
  const id = await ask("a3", "rm -rf work");
  const editor = home.tempHome.write("editor", "#!/bin/sh\necho 'echo changed' >\"$1\"\n", 0o700);
  await using human = new TerminalRun(["approve", id, "--edit"], { ...home.env, EDITOR: editor });
  await human.shows(/It becomes:\n\n\| echo changed\n/);
  await human.consent();
  expect(await human.ended()).toBe(0);
  expect((await run("a3", "rm -rf work")).fields).toMatchObject({ output: "changed", edited_by_human: true });
});

test("deny needs no terminal, and says which are meant where there are several", async () => {
  const [one, other] = [await ask("a4", "touch one"), await ask("a4", "touch other")];
  const unclear = await runBinary(["deny"], { env: home.env });
  expect([unclear.exitCode, unclear.stderr]).toEqual([2, expect.stringContaining(other)]);
  const said = await runBinary(["deny", one, "--say", "not on this host"], { env: home.env });
  expect([said.exitCode, said.stdout]).toEqual([0, `${one}: declined\n`]);
  const declined = await run("a4", "touch one");
  expect(declined.text).toContain("not on this host");
  expect(declined.code).toBe("APPROVAL_DECLINED");
  expect((await runBinary(["deny", "zzzzzzzz"], { env: home.env })).exitCode).toBe(1);
});

test("approve and resume need a terminal; pause needs none", async () => {
  const id = await ask("a5", "touch five");
  expect((await runBinary(["approve", id], { env: home.env })).stderr).toContain("needs a terminal");
  expect(await runBinary(["pause"], { env: home.env })).toMatchObject({ exitCode: 0 });
  expect((await runBinary(["status"], { env: home.env })).stdout).toContain(
    "Paused: no agent types anything",
  );
  expect((await runBinary(["resume"], { env: home.env })).exitCode).toBe(1);
  expect((await run("a5", "uname")).code).toBe("PAUSED_BY_HUMAN");
  await using human = new TerminalRun(["resume"], home.env);
  await human.consent();
  expect(await human.ended()).toBe(0);
  expect((await run("a5", "uname")).fields).toMatchObject({ output: "Linux" });
});

test("what started the agent's server may not approve", async () => {
  const id = await ask("a6", "touch six");
  await using server = await home.start();
  await using agent = new TerminalRun(["approve", id], home.env);
  expect(await agent.ended()).toBe(1);
  expect(agent.output).toContain("which also started a server for an agent");
  expect(server.pid).toBeGreaterThan(0);
});

test("a secret that only the server knows is in no record of the human's answer", async () => {
  const env = { DB_PASSWORD: "plum-Kettle-93" };
  const id = await ask("a7", `touch ${env.DB_PASSWORD}`, env);
  expect((await runBinary(["deny", id], { env: home.env })).exitCode).toBe(0);
  const audit = readFileSync(join(home.root, "audit.jsonl"), "utf8");
  expect(audit).toMatch(new RegExp(`"act":"declined","approval":"${id}".*"text":"touch •••"`));
  expect(audit).not.toContain(env.DB_PASSWORD);
});

test("the audit of it all is whole, and a change of it is found", async () => {
  const whole = await runBinary(["history", "--verify"], { env: home.env });
  expect([whole.exitCode, whole.stdout]).toEqual([0, expect.stringContaining("the chain is whole")]);
});

/** The id under which a command waits. The server is gone again afterwards: this process has started it. */
async function ask(session: string, command: string, env = {}): Promise<string> {
  const result = await run(session, command, env);
  const [, id] = /"approval_id":"(\w+)"/.exec(result.text) ?? [];
  if (id === undefined) throw new Error(result.text);
  return id;
}

async function run(session_name: string, command: string, env = {}): Promise<ToolResult> {
  await using server = await home.start({ env });
  await server.call("open_connection", { connection_config_name: "lo", session_name });
  return server.call("execute_command", { session_name, command, wait_seconds: 20 });
}
