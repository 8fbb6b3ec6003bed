import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { binary } from "../binary/binary.ts";
import { Account } from "../support/account.ts";
import type { LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";

setDefaultTimeout(60_000);

let account: Account;
let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
const place = (path: string) => join(home.root, path);

/** The server runs as an account that the system refuses something to, unlike root. */
beforeAll(async () => {
  account = new Account("unused");
  sshd = await account.sshd();
  const program = join(account.home, "mcp-ssh-interactive");
  copyFileSync(binary, program);
  chmodSync(program, 0o755);
  home = new McpHome();
  const clientKey = account.write("key", readFileSync(sshd.clientKey, "utf8"), 0o600);
  const knownHostsFile = account.write("known", readFileSync(sshd.knownHostsFile, "utf8"));
  home.writeConnections(
    McpHome.connection("lo", { port: sshd.port, user: account.name, clientKey, knownHostsFile }),
  );
  chmodSync(home.tempHome.home, 0o700);
  must("chown", "-R", account.name, home.tempHome.home);
  server = await start();
  expect((await open("s")).fields).toMatchObject({ state: "idle" });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
  await account[Symbol.asyncDispose]();
});

function must(...argv: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}

const asAccount = () => ["--reuid", account.name, "--regid", account.name, "--init-groups"];

function start(): Promise<McpServer> {
  const program = [
    "env",
    "-i",
    `PATH=${process.env["PATH"]}`,
    `HOME=${home.tempHome.home}`,
    join(account.home, "mcp-ssh-interactive"),
  ];
  return home.start({ command: "setpriv", args: [...asAccount(), ...program] });
}

const open = (name: string) =>
  server.call("open_connection", { connection_config_name: "lo", session_name: name, timeout_seconds: 10 });
const run = (command: string) =>
  server.call("execute_command", { session_name: "s", command, wait_seconds: 20 });
const read = () => server.call("get_terminal_output", { session_name: "s" });
/** The session that was open before. */
const goesOn = async (word: string) =>
  expect((await run(`echo ${word}`)).fields).toMatchObject({ exit_code: 0, output: word });

async function opens(): Promise<void> {
  expect((await open("t")).fields).toMatchObject({ state: "idle" });
  await server.call("close_connection", { session_name: "t" });
}

test("a configuration opened to others is refused with the chmod that closes it, and open sessions go on", async () => {
  chmodSync(home.tempHome.configFile, 0o644);
  const refused = await open("t");
  expect(refused.code).toBe("CONFIG_INVALID");
  expect(refused.text).toContain(`chmod 600 ${home.tempHome.configFile}`);
  await goesOn("meanwhile");
  chmodSync(home.tempHome.configFile, 0o600);
  await opens();
});

test("logs closed to ourselves stop a call before anything is typed, and all goes on once they are open", async () => {
  chmodSync(place("logs"), 0o000);
  for (const refused of [await run(`touch ${account.home}/marker`), await read(), await open("t")]) {
    expect(refused.code).toBe("STORAGE_FAILED");
    expect(refused.text).toMatch(/EACCES.*\nhint: Mend the permissions/);
  }
  chmodSync(place("logs"), 0o700);
  await goesOn("mended");
  await opens();
  expect(existsSync(join(account.home, "marker"))).toBe(false);
});

test("while the root folder is open to a group no session is opened, and those that are there go on", async () => {
  chmodSync(home.root, 0o770);
  const refused = await open("t");
  expect(refused.code).toBe("CONFIG_INVALID");
  expect(refused.text).toContain(`chmod 700 ${home.root}`);
  await goesOn("meanwhile");
  chmodSync(home.root, 0o700);
  await opens();
});

test("a state file closed to ourselves is made anew, with the sessions that tmux knows", async () => {
  chmodSync(place("state.json"), 0o000);
  await goesOn("as before");
  await using other = await start();
  expect((await other.call("list_connections")).fields).toMatchObject({ total: 1 });
  await opens();
  expect(statSync(place("state.json")).mode & 0o777).toBe(0o600);
  await goesOn("afterwards");
});

test("with no process left opening says which limit it is, and what runs can be used", async () => {
  const tmuxPid = Number(home.tmux("display-message", "-p", "#{pid}"));
  for (const pid of [server.pid, tmuxPid]) {
    const limit = (...words: string[]) =>
      must("setpriv", ...asAccount(), "prlimit", "--pid", String(pid), ...words);
    const before = limit("--nproc", "--output=SOFT", "--noheadings").trim();
    limit("--nproc=1:");
    await goesOn("meanwhile");
    const refused = await open("t");
    expect(refused.text).toMatch(/\nhint: .*ulimit -u/);
    limit(`--nproc=${before}:`);
    await opens();
  }
});
