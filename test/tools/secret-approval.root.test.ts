import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { Approval } from "../../src/policy/approval.ts";
import { Approvals } from "../../src/policy/approvals.ts";
import { Account } from "../support/account.ts";
import type { LoopbackSshd } from "../support/loopback-sshd.ts";
import type { ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { SecretSession } from "../support/secret-session.ts";

setDefaultTimeout(60_000);

const dbPassword = "some-database-pw";
const farPassword = "staple-battery-88";
const planted = [dbPassword, farPassword];
let session: SecretSession;
let other: Account;
let far: LoopbackSshd;
let approvals: Approvals;

beforeAll(async () => {
  const account = new Account("correct-horse-77");
  other = new Account(farPassword);
  other.allowSudo("Defaults:USER !use_pty");
  far = await other.sshd(["PasswordAuthentication yes"]);
  session = await SecretSession.open(account, {
    secrets: [
      `sudo: ${account.password}`,
      `db: ${dbPassword}`,
      `far: ${farPassword}`,
      `root: {command: echo ${farPassword}, for: sudo}`,
    ],
  });
  approvals = new Approvals(join(session.home.root, "approvals"), join(session.home.root, "locks"));
});

afterAll(async () => {
  for (const each of [session, far, other]) await each[Symbol.asyncDispose]();
});

afterEach(async () => {
  if ((await session.read()).fields["state"] !== "idle") await session.interrupt();
});

const file = (...names: string[]) => readFileSync(join(session.home.root, ...names), "utf8");
const ledger = () => file("logs", "s.commands.jsonl");
const audit = () => file("audit.jsonl");
const idOf = ({ fields }: ToolResult) =>
  String(Object(Object(Object(fields["error"])["details"]))["approval_id"]);
const atHome = (name: string) => readFileSync(join(session.account.home, name), "utf8");
const ofUser = (user: Account, signal: string, pattern: string) =>
  Bun.spawnSync(["pkill", signal, "-U", user.name, "-f", pattern]);

/** Asks for the secret, and has a human agree to it. */
async function agreed(name: string): Promise<Approval> {
  const asked = await session.sendSecret({ name });
  expect([asked.code, asked.text]).toEqual(["APPROVAL_PENDING", expect.any(String)]);
  const approval = await approvals.decide(idOf(asked), { state: "approved", by: "the test" });
  if (approval === undefined) throw new Error("nothing waits for an answer");
  return approval;
}

/** Nothing of ours and no history holds what was given, nor does the log what was not to be seen. */
function expectNoTrace(): void {
  const folder = join(session.home.root, "approvals");
  const kept = readdirSync(folder).map((name) => file("approvals", name));
  const all = [ledger(), audit(), file("logs", "s.log"), ...kept, session.account.texts(), other.texts()];
  for (const secret of planted) expect(all.filter((text) => text.includes(secret))).toEqual([]);
}

const readsHidden = "read -rsp 'Database password: ' x; echo ${#x} >~/length";
const hidden = (then: string) => `sh -c 'printf "Password: "; stty -echo; ${then}'`;
const sshFar = () =>
  `ssh -o StrictHostKeyChecking=no -o PubkeyAuthentication=no -p ${far.port} ${other.name}@127.0.0.1`;

test("read -s gets a secret once a human has agreed, who sees the program, what it was begun by and the prompt", async () => {
  await session.run(readsHidden);
  const approval = await agreed("db");
  expect(approval).toMatchObject({
    what: "secret",
    text: "db",
    user: session.account.name,
    rule: "the secret does not go there by itself: what asks is neither sudo nor su",
    asks: { prompt: "Database password: ", isTold: true, command: readsHidden },
  });
  expect(approval.asks?.programs).toEqual([expect.stringMatching(/^bash \(user id \d+\): -bash$/)]);
  const given = await session.sendSecret({ name: "db" });
  expect(given.fields).toMatchObject({ exit_code: 0, submitted: true, state: "idle" });
  expect(atHome("length")).toBe(`${dbPassword.length}\n`);
  expect(approvals.read(approval.id)?.state).toBe("used");
  expect(audit()).toContain(`"programs":["bash (user id `);
  expect(audit()).toMatch(/"act":"secret".*"name":"db","program":"bash","approved":"the test"/);
  expectNoTrace();
});

test("a yes is for one use, and the same secret is not given to the same command again", async () => {
  await session.run(hidden("read -r x; printf again:; read -r y; stty echo'; echo end '"));
  await agreed("db");
  expect((await session.sendSecret({ name: "db" })).fields).toMatchObject({ state: "awaiting_input" });
  expect((await session.sendSecret({ name: "db" })).code).toBe("SECRET_REJECTED");
  const other = await session.sendSecret({ name: "far" });
  expect(other.code).toBe("APPROVAL_PENDING");
  await approvals.decide(idOf(other), { state: "declined", by: "the test", words: "not that one" });
  const declined = await session.sendSecret({ name: "far" });
  expect([declined.code, declined.text]).toEqual([
    "APPROVAL_DECLINED",
    expect.stringContaining("not that one"),
  ]);
  expectNoTrace();
});

test("a second ssh gets its password, also from inside the first, where the host tells nothing", async () => {
  await session.run(sshFar());
  const { asks } = await agreed("far");
  expect(asks?.programs).toEqual([expect.stringContaining(`: ${sshFar()}`)]);
  expect(asks?.isTold).toBe(true);
  expect((await session.sendSecret({ name: "far" })).fields).toMatchObject({ where: { depth: 1 } });
  await session.run(sshFar());
  expect((await session.sendSecret({ name: "root" })).code).toBe("NOT_A_SECRET_PROMPT");
  expect((await agreed("far")).asks?.isTold).toBe(false);
  const given = await session.sendSecret({ name: "far" });
  expect(given.fields).toMatchObject({ where: { depth: 2 }, ended_by: "nested_prompt" });
  expect((await session.run("exit")).fields).toMatchObject({ where: { depth: 1 } });
  expectNoTrace();
});

test("inside the second ssh nothing is typed where that is shown, and nothing is left for a shell", async () => {
  await session.run("read -rp 'Password: ' x");
  await agreed("far");
  const shown = await session.sendSecret({ name: "far" });
  expect([shown.code, shown.text]).toEqual(["NOT_A_SECRET_PROMPT", expect.stringContaining("a blank")]);
  await session.interrupt();
  await session.run(hidden("exec sleep 77"));
  await agreed("far");
  const before = ledger().length;
  const sent = session.sendSecret({ name: "far" });
  await until("it is typed", () => ledger().slice(before).includes("•••"));
  ofUser(other, "-KILL", "^sleep 77");
  expect((await sent).code).toBe("NOT_A_SECRET_PROMPT");
  expect((await session.run("fc -l -5; history -a; cat ~/.bash_history")).text).not.toContain("•••");
  await session.run("exit");
  expect(other.texts()).toContain("fc -l");
  expectNoTrace();
});

test.each([
  ["sudo", "!use_pty", "root", "sudo id -un"],
  ["su", "use_pty", "far", "su $USER -c 'id -un'"],
])("%s inside a sudo with %s gets its password", async (_program, option, name, command) => {
  session.account.allowSudo(`Defaults:USER ${option}`);
  const isTold = option === "!use_pty";
  await session.run(`sudo -u ${other.name} -i`);
  await session.sendSecret({ name: "sudo" });
  expect((await session.run(command)).fields).toMatchObject({ awaiting: { kind: "password" } });
  const { asks } = await agreed(name);
  expect(asks).toMatchObject({ isTold, command });
  expect(asks?.programs.join(" ")).toContain(isTold ? ": sudo id -un" : `: sudo -u ${other.name} -i`);
  expect((await session.sendSecret({ name })).fields).toMatchObject({ exit_code: 0 });
  expect((await session.run("exit")).fields).toMatchObject({ where: { depth: 0 } });
  expectNoTrace();
});

const swapping = `trap "exec sh -c \\"printf %s; read -r x; echo \\\\\\$x >~/loot\\"" USR1; while :; do read -r x && break; done`;
const askingAnew = 'trap "printf Password:\\ " USR1; while :; do read -r x; done';

const signalScript = () => ofUser(session.account, "-USR1", "^sh -c");
let terminal = "";

const stty = (...words: string[]) => Bun.spawnSync(["stty", "-F", terminal, ...words]);

async function begin(command: string): Promise<void> {
  terminal = String((await session.run("tty")).fields["output"]).trim();
  await session.run(command);
  await agreed("db");
}

describe("a yes is void, and nothing is typed, when", () => {
  test.each<[string, string, string, () => unknown]>([
    ["echo is turned on", hidden("read -r x"), "NOT_A_SECRET_PROMPT", () => stty("echo")],
    ["Ctrl+D hands nothing over", hidden("read -r x"), "NOT_A_SECRET_PROMPT", () => stty("eof", "^E")],
    ["the program becomes another", hidden(swapping), "APPROVAL_PENDING", signalScript],
    ["it is asked anew", hidden(askingAnew), "APPROVAL_PENDING", signalScript],
    ["more is typed", readsHidden, "APPROVAL_PENDING", () => session.send({ text: "a", wait_seconds: 0 })],
  ])("%s", async (_title, command, code, change) => {
    await begin(command);
    const before = ledger();
    await change();
    const sent = await session.sendSecret({ name: "db" });
    expect([sent.code, sent.text]).toEqual([code, expect.any(String)]);
    expect(ledger().slice(before.length)).not.toContain('"secret"');
    expectNoTrace();
  });
});

describe("what is typed is taken back before it is handed over when", () => {
  const waiting = () => readdirSync(session.account.home).filter((name) => name.startsWith("asked."));
  /** Whatever the host is asked waits until the test has seen it. */
  const holds = "if [ -e ~/held ]; then : >~/asked.$$; while [ -e ~/asked.$$ ]; do sleep 0.02; done; fi\n";

  test.each<[string, string, () => unknown]>([
    ["echo is turned on", hidden("read -r x"), () => stty("echo")],
    ["the program becomes another", hidden(swapping), signalScript],
  ])("%s", async (_title, command, change) => {
    await begin(command);
    session.account.write(".bashrc", holds);
    session.account.write("held", "");
    const before = ledger();
    const isTyped = () => ledger().slice(before.length).includes("•••");
    let isChanged = false;
    const sent = session.sendSecret({ name: "db" });
    await until("it is typed and the host asked once more", async () => {
      for (const name of waiting()) {
        if (isTyped() && !isChanged) isChanged = (await change(), true);
        rmSync(join(session.account.home, name), { force: true });
      }
      return isChanged;
    });
    session.account.write(".bashrc", "");
    rmSync(join(session.account.home, "held"));
    for (const name of waiting()) rmSync(join(session.account.home, name), { force: true });
    expect([(await sent).code, (await sent).text]).toEqual([
      "NOT_A_SECRET_PROMPT",
      expect.stringContaining("it was taken back with Ctrl+C"),
    ]);
    expect(ledger().slice(before.length)).not.toContain('"secret"');
    expectNoTrace();
  });
});
