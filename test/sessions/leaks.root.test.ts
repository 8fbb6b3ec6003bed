import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { Approvals } from "../../src/policy/approvals.ts";
import { Account } from "../support/account.ts";
import { makeKey, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { ProcessWatch } from "../support/process-watch.ts";

setDefaultTimeout(120_000);

const login = `planted-login-${process.pid}`;
const passphrase = "planted-passphrase-41";
const suPassword = "planted-su-password-42";
const askedSecret = "planted-asked-secret-43x";
const wrongSecret = "planted-wrong-secret-44";
const planted = [login, passphrase, suPassword, askedSecret, wrongSecret];

const answers: string[] = [];
let account: Account;
let other: Account;
let byPassword: LoopbackSshd;
let byKey: LoopbackSshd;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  account = new Account(login);
  account.allowSudo();
  other = new Account(suPassword);
  byPassword = await account.sshd(["PasswordAuthentication yes"]);
  byKey = await account.sshd();
  home = new McpHome({ LOGIN_PASSWORD: login });
  for (const name of ["ssh", "tmux"]) home.tempHome.write(`bin/${name}`, tellTale(name), 0o700);
  home.env["PATH"] = `${join(home.tempHome.home, "bin")}:${home.env["PATH"]}`;
  const key = join(home.tempHome.home, "locked");
  makeKey(key, passphrase);
  appendFileSync(join(byKey.folder, "authorized_keys"), readFileSync(`${key}.pub`));
  const passphraseFile = home.tempHome.write("passphrase", `${passphrase}\n`);
  const sudoFile = home.tempHome.write("sudo-secret", `${login}\n`);
  const wrongFile = home.tempHome.write("wrong-secret", `${wrongSecret}\n`);
  const secrets = [
    `sudo: {command: "cat ${sudoFile}", for: sudo}`,
    `wrong: {file: ${wrongFile}, for: sudo}`,
    `su: ${suPassword}`,
    `db: ${askedSecret}`,
  ];
  home.writeConnections(
    connection("login", byPassword, ["password: {env: LOGIN_PASSWORD}", `secrets: {${secrets.join(", ")}}`]),
    connection("key", byKey, [
      `key_path: ${key}`,
      `passphrase: {file: ${passphraseFile}}`,
      "proxy_jump: login",
    ]),
  );
  server = await home.start();
});

afterAll(async () => {
  for (const each of [home, byPassword, byKey, account, other]) await each[Symbol.asyncDispose]();
});

/** Started in place of the program, which it becomes once it has written down what it was given: that is never missed. */
function tellTale(name: string): string {
  const program = Bun.which(name) ?? name;
  return `#!/bin/sh\n{ printf '%s\\n' "$0" "$@"; env; } >>${executed()}\nexec ${program} "$@"\n`;
}

const executed = () => join(home.tempHome.home, "executed");

function connection(name: string, sshd: LoopbackSshd, more: readonly string[]): string {
  const own = ["host: 127.0.0.1", `user: ${account.name}`, `port: ${sshd.port}`, ...more];
  const lines = [...own, `ssh_options: {UserKnownHostsFile: ${sshd.knownHostsFile}}`];
  return [`  ${name}:`, ...lines.map((line) => `    ${line}`), ""].join("\n");
}

async function call(name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
  const result = await server.call(name, args);
  answers.push(`${name}: ${result.text} ${JSON.stringify(result.fields)}`);
  return result;
}

const run = (command: string) => call("execute_command", { session_name: "a", command, wait_seconds: 20 });
const sendSecret = (name: string) => call("send_secret", { session_name: "a", name, wait_seconds: 20 });

async function agree(): Promise<void> {
  const approvals = new Approvals(join(home.root, "approvals"), join(home.root, "locks"));
  for (const { id } of approvals.pending()) await approvals.decide(id, { state: "approved", by: "the test" });
}

/** Logs in by password and by passphrase through a jump host, and uses secrets well, wrongly and where they are refused. */
async function useEverySecret(): Promise<void> {
  expect(
    (await call("open_connection", { connection_config_name: "login", session_name: "a" })).fields["state"],
  ).toBe("idle");
  expect(
    (await call("open_connection", { connection_config_name: "key", session_name: "b" })).fields["state"],
  ).toBe("idle");
  await run("sudo id -un");
  expect((await sendSecret("sudo")).fields).toMatchObject({ exit_code: 0 });
  await run(`su ${other.name} -c 'id -un'`);
  expect((await sendSecret("su")).fields).toMatchObject({ exit_code: 0 });
  await run("sudo true");
  expect((await sendSecret("wrong")).fields).toMatchObject({ awaiting: { rejected: true } });
  expect((await sendSecret("sudo")).code).toBe("SECRET_REJECTED");
  await call("interrupt_command", { session_name: "a", wait_seconds: 10 });
  await run("read -rsp 'Password: ' x; echo ${#x}");
  expect((await sendSecret("db")).code).toBe("APPROVAL_PENDING");
  await agree();
  expect((await sendSecret("db")).fields).toMatchObject({
    exit_code: 0,
    output: expect.stringMatching(new RegExp(`${askedSecret.length}$`)),
  });
  await run("read -rsp 'Password: ' x");
  await call("send_input", { session_name: "a", text: `${askedSecret}\n` });
  await run("true");
  for (const name of ["list_available_configs", "list_connections"]) await call(name);
  for (const view of ["scrollback", "screen"]) await call("get_terminal_output", { session_name: "a", view });
  await call("search_output", { session_name: "a", pattern: "planted" });
  await call("close_connection", { session_name: "b" });
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

test("no planted secret is found anywhere after a whole run, nor in any process during it", async () => {
  using watch = new ProcessWatch(planted, [server.pid, process.pid]);
  await useEverySecret();
  watch.look();
  const isPlanted = (text: string) => planted.some((secret) => text.includes(secret));
  expect(watch.looks).toBeGreaterThan(50);
  expect([...watch.found]).toEqual([]);
  const given = readFileSync(executed(), "utf8");
  expect(given).toContain("ControlMaster");
  expect(isPlanted(given)).toBe(false);
  const files = filesUnder(home.root).filter((path) => !path.endsWith("/config.yml"));
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((path) => isPlanted(readFileSync(path, "latin1")))).toEqual([]);
  expect(answers.filter(isPlanted)).toEqual([]);
  const fromTmux = [
    ["show-messages"],
    ["list-buffers", "-F", "#{buffer_name}=#{buffer_sample}"],
    ["capture-pane", "-p", "-S", "-", "-t", "=mcp-a:"],
  ];
  expect(fromTmux.map((words) => home.tmux(...words)).filter(isPlanted)).toEqual([]);
  expect(home.tmux("list-buffers")).toBe("");
  expect(home.tmux("show-environment", "-g")).not.toContain("LOGIN_PASSWORD");
  expect(isPlanted(server.stderr)).toBe(false);
});

test("a known secret that a program prints is shown as ••• in every spelling and every answer", async () => {
  const spellings = [
    login,
    `${login.slice(0, 5)}\u001b[31m${login.slice(5)}\u001b[0m`,
    Buffer.from(`user:${login}`).toString("base64"),
    `p=${encodeURIComponent(login)}&x`,
    JSON.stringify({ password: login }),
    `${"-".repeat(195)}${login}`,
  ];
  account.write("printed", `${spellings.join("\n")}\n`);
  await call("open_connection", { connection_config_name: "login", session_name: "c" });
  const printed = await call("execute_command", {
    session_name: "c",
    command: "cat printed",
    wait_seconds: 10,
  });
  const shown = [printed];
  for (const view of ["scrollback", "screen"])
    shown.push(await call("get_terminal_output", { session_name: "c", view }));
  shown.push(await call("search_output", { session_name: "c", pattern: "." }));
  const encoded = Buffer.from(`user:${login}`).toString("base64").slice(8, 24);
  for (const { text, fields } of shown) {
    expect(text).toContain("•••");
    const all = `${text}${JSON.stringify(fields)}`.replaceAll("\\n", "").replaceAll("\n", "");
    for (const part of [login, encoded]) expect(all).not.toContain(part);
  }
  expect(String(printed.fields["output"]).match(/•••/g)?.length).toBe(spellings.length);
});

test.each([0, 1, 5])("a search with %d lines around shows no part of a broken secret", async (around) => {
  const pieces = login.match(/.{1,6}/gs) ?? [];
  account.write("broken", `before\n${pieces.join("\n")}\nafter\n`);
  await call("open_connection", { connection_config_name: "login", session_name: "d" });
  await call("execute_command", { session_name: "d", command: "cat broken", wait_seconds: 10 });
  const found = await call("search_output", {
    session_name: "d",
    pattern: pieces.map((piece) => `^${RegExp.escape(piece)}`).join("|"),
    context_lines: around,
  });
  expect(Number(found.fields["total_matches"])).toBeGreaterThanOrEqual(pieces.length);
  const all = `${found.text}${JSON.stringify(found.fields["matches"])}`;
  for (const piece of pieces.filter(({ length }) => length === 6)) expect(all).not.toContain(piece);
  const shownAround = found.text.match(/^\d+- (?:before|after)$/gm)?.length ?? 0;
  expect(shownAround > 0).toBe(around > 0);
});
