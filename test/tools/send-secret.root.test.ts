import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Approvals } from "../../src/policy/approvals.ts";
import { Account } from "../support/account.ts";
import { SecretSession } from "../support/secret-session.ts";

setDefaultTimeout(60_000);

const password = "correct-horse-77";
let session: SecretSession;
let other: Account;
let approvals: Approvals;

beforeAll(async () => {
  const account = new Account(password);
  account.allowSudo("Defaults:USER !use_pty");
  other = new Account("staple-battery-88");
  session = await SecretSession.open(account, {
    secrets: [
      `sudo: ${password}`,
      `su: ${other.password}`,
      "wrong: {command: echo wrong-secret-1, for: sudo}",
      "db: some-database-pw",
      "human: {ask: true, for: sudo}",
    ],
  });
});

beforeAll(() => {
  approvals = new Approvals(join(session.home.root, "approvals"), join(session.home.root, "locks"));
});

afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

afterEach(async () => {
  if ((await session.read()).fields["state"] !== "idle") await session.interrupt();
});

const ledger = () => readFileSync(join(session.home.root, "logs", "s.commands.jsonl"), "utf8");
const log = () => readFileSync(join(session.home.root, "logs", "s.log"), "utf8");

describe.each(["!use_pty", "use_pty"])("sudo with %s", (option) => {
  test("gets its secret; the command's exit code and output come back", async () => {
    session.account.allowSudo(`Defaults:USER ${option}`);
    const asked = await session.run("sudo sh -c 'id -un; exit 3'");
    expect(asked.fields).toMatchObject({
      state: "awaiting_input",
      awaiting: { kind: "password", answer_with: { tool: "send_secret", name: "sudo" } },
    });
    const sent = await session.sendSecret();
    expect(sent.fields).toMatchObject({
      exit_code: 3,
      ended_by: "command_ended",
      submitted: true,
      state: "idle",
    });
    expect(sent.fields["output"]).toContain("root");
    expect(ledger() + log()).not.toContain(password);
    expect(ledger()).toContain('"secret":"sudo"');
  });
});

test("su gets the secret that is named so", async () => {
  const asked = await session.run(`su ${other.name} -c 'id -un'`);
  expect(asked.fields["awaiting"]).toMatchObject({ answer_with: { tool: "send_secret", name: "su" } });
  const sent = await session.sendSecret({ name: "su" });
  expect(sent.fields).toMatchObject({ exit_code: 0 });
  expect(sent.fields["output"]).toContain(other.name);
});

test("what an agent would type where a secret is due is refused, and keys that end it are not", async () => {
  await session.run("sudo true");
  const typed = await session.send({ text: "guess\n" });
  expect(typed.code).toBe("USE_SEND_SECRET");
  expect(typed.fields["error"]).toMatchObject({ details: { name: "sudo" } });
  expect((await session.send({ keys: ["C-c"] })).isError).toBe(false);
});

test("a secret that was refused is said to be, and is never given to the same command again", async () => {
  await session.run("sudo echo done");
  const sent = await session.sendSecret({ name: "wrong" });
  expect(sent.fields).toMatchObject({
    state: "awaiting_input",
    awaiting: { kind: "password", rejected: true },
  });
  expect(sent.fields["awaiting"]).not.toHaveProperty("answer_with");
  for (const name of ["wrong", "sudo"])
    expect((await session.sendSecret({ name })).code).toBe("SECRET_REJECTED");
  const typed = await session.send({ text: `${password}\n` });
  const { command_id } = typed.fields;
  const ended = await session.read({ command_id, wait_seconds: 20, wait_for: "^done$" });
  expect(ended.fields).toMatchObject({ matched: true });
  expect(ledger()).not.toContain(password);
});

test("a secret that is to be asked of a human says how", async () => {
  await session.run("sudo true");
  const sent = await session.sendSecret({ name: "human" });
  expect(sent.code).toBe("SECRET_UNAVAILABLE");
  expect(sent.text).toContain("mcp-ssh-interactive answer s");
});

test.each([
  ["that of another program", "su", "sudo true"],
  ["any, at an idle prompt", "sudo", "true"],
])("%s is given to nobody", async (_title, name, command) => {
  await session.run(command);
  const sent = await session.sendSecret({ name });
  expect(sent.code).toBe("NOT_A_SECRET_PROMPT");
  expect(sent.fields["error"]).toMatchObject({
    details: { command_for_user: "mcp-ssh-interactive answer s" },
  });
});

test.each([
  ["one without `for`", "db", "sudo true", "the secret is not bound to that"],
  ["one, with several programs in front", "sudo", "sudo true | cat", "several programs"],
  ["one, in a script", "sudo", "sh -c 'sudo true; true'", "several programs"],
  ["one, inside another shell", "sudo", "bash -c 'sudo true; true'", "several programs"],
  [
    "one, while a job in the background has the terminal",
    "sudo",
    "sleep 60 & sudo true; kill %%",
    "could read along",
  ],
])("%s waits for a human, who sees why", async (_title, name, command, rule) => {
  await session.run(command);
  expect((await session.sendSecret({ name })).code).toBe("APPROVAL_PENDING");
  const [approval] = approvals.pending();
  expect(approval).toMatchObject({ what: "secret", text: name, rule: expect.stringContaining(rule) });
  expect(approval?.asks).toMatchObject({
    isTold: true,
    prompt: `[sudo] password for ${session.account.name}: `,
    programs: expect.arrayContaining([expect.stringMatching(/^sudo \(user id 0\): sudo true$/)]),
    command,
  });
});

test("passwd, which runs as root too, is given nothing", async () => {
  await session.run("passwd");
  expect((await session.sendSecret({ name: "sudo" })).code).toBe("NOT_A_SECRET_PROMPT");
  Bun.spawnSync(["pkill", "-KILL", "-x", "-U", session.account.name, "passwd"]);
});

test("a name that is not configured is refused with those that are", async () => {
  const sent = await session.sendSecret({ name: "sodu" });
  expect(sent.code).toBe("INVALID_ARGUMENT");
  expect(sent.text).toContain('"names":["sudo"');
});
