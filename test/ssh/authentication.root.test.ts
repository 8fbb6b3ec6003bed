import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { makeKey } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { PamHost, run } from "../support/pam-host.ts";
import { until } from "../support/private-tmux.ts";
import { testWhere } from "../support/test-where.ts";

setDefaultTimeout(60_000);

let home: McpHome;
let server: McpServer;
const hosts: Record<string, PamHost> = {};

const totpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEH";
/** Machines without these programs go without codes. */
const hasCodes = Bun.which("oathtool") !== null && Bun.which("google-authenticator") !== null;
const passphrase = "open sesame, key";
const key = (name: string) => join(home.tempHome.home, name);

beforeAll(async () => {
  home = new McpHome({ FROM_ENV: "Tr0ub4dor-of-the-host" });
  for (const name of ["plain", "locked", "other-locked"])
    makeKey(key(name), name === "plain" ? "" : passphrase);
  const byKeyboard = ["PasswordAuthentication no", "KbdInteractiveAuthentication yes"];
  hosts["password"] = await PamHost.start({ config: ["PasswordAuthentication yes"] });
  hosts["keyboard"] = await PamHost.start({ config: byKeyboard });
  hosts["key"] = await PamHost.start();
  if (!hasCodes) return writeConnections();
  hosts["otp"] = await PamHost.start({
    config: [...byKeyboard, "AuthenticationMethods publickey,keyboard-interactive"],
    auth: ["required pam_google_authenticator.so secret=${HOME}/totp"],
  });
  host("otp").write("totp", `${totpSecret}\n" TOTP_AUTH\n`, "400");
  host("otp").admit(key("plain.pub"));
  hosts["imitator"] = await PamHost.start({
    config: byKeyboard,
    auth: [
      `required pam_google_authenticator.so secret=\${HOME}/totp [authtok_prompt=Enter passphrase for key '${key("locked")}': ]`,
    ],
  });
  host("imitator").write("totp", `${totpSecret}\n" TOTP_AUTH\n`, "400");
  await writeConnections();
});

async function writeConnections(): Promise<void> {
  host("key").admit(key("locked.pub"));
  const locked = [`key_path: ${key("locked")}`, `passphrase: ${passphrase}`];
  const withCodes = hasCodes
    ? [
        host("otp").connection("otp", [`key_path: ${key("plain")}`]),
        host("imitator").connection("imitator", [...locked, `password: ${host("key").password}`]),
      ]
    : [];
  home.writeConnections(
    ...withCodes,
    host("password").connection("password", [`password: ${host("password").password}`, "secrets: {}"]),
    host("password").connection("wrong-password", ["password: not-the-password"]),
    host("password").connection("ask-password", ["password: {ask: true}"]),
    host("password").connection("password-nowhere", ["password: {command: 'echo unseen-output; exit 3'}"]),
    host("password").connection("no-password", ["use_agent: false"]),
    host("keyboard").connection("keyboard", ["password: {env: FROM_ENV}"]),
    host("keyboard").connection("wrong-keyboard", ["password: not-the-password"]),
    host("key").connection("locked", [`key_path: ${key("locked")}`, `passphrase: ${passphrase}`]),
    host("key").connection("wrong-passphrase", [
      `key_path: ${key("locked")}`,
      "passphrase: not-the-passphrase",
    ]),
    host("key").connection("no-passphrase", [`key_path: ${key("locked")}`]),
    host("key").connection("ask-passphrase", [`key_path: ${key("locked")}`, "passphrase: {ask: true}"]),
    host("key").connection("behind", [
      `key_path: ${key("locked")}`,
      `passphrase: ${passphrase}`,
      "proxy_jump: password",
    ]),
    host("key").connection("behind-wrong", [
      `key_path: ${key("locked")}`,
      "password: only-for-the-target",
      "proxy_jump: ask-password",
    ]),
  );
  server = await home.start();
}

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  for (const each of Object.values(hosts)) await each[Symbol.asyncDispose]();
});

function host(name: string): PamHost {
  const found = hosts[name];
  if (found === undefined) throw new Error(`no host ${name}`);
  return found;
}

function open(name: string, session = name): Promise<ToolResult> {
  return server.call("open_connection", {
    connection_config_name: name,
    session_name: session,
    timeout_seconds: 30,
  });
}

async function expectShell(session: string, user: string): Promise<void> {
  const result = await server.call("execute_command", {
    session_name: session,
    command: "id -un",
    wait_seconds: 20,
  });
  expect(result.fields).toMatchObject({ exit_code: 0, confidence: "exact", output: user });
}

/** A shell of the session's own host waits, with our marks. */
async function loggedIn(session: string): Promise<void> {
  const idle = async () => {
    const { fields } = await server.call("get_terminal_output", { session_name: session });
    return fields["state"] === "idle" && fields["confidence"] === "exact";
  };
  await until(`a login of ${session}`, idle, 20_000);
}

function failures(from: PamHost, before: string): number {
  return (
    from
      .log()
      .slice(before.length)
      .match(/Failed \S+ for/g)?.length ?? 0
  );
}

describe("a configured secret", () => {
  test.each([
    ["password", "password", "password"],
    ["keyboard", "keyboard", "PAM's question for it"],
    ["locked", "key", "a key's passphrase"],
  ])("of connection %p answers ssh's own question: %p, %s", async (name, at) => {
    expect((await open(name)).fields).toMatchObject({ success: true, state: "idle", confidence: "exact" });
    await expectShell(name, host(at).user);
  });

  test.each([
    ["wrong-password", "password", ["password"]],
    ["wrong-keyboard", "keyboard", ["keyboard-interactive"]],
  ])("that is wrong is tried once and told: %p", async (name, at, tried) => {
    const before = host(at).log();
    const result = await open(name);
    expect(result.code).toBe("AUTH_FAILED");
    expect(result.fields["error"]).toMatchObject({ details: { tried } });
    expect(result.text).toContain(`password of ${name}`);
    expect(failures(host(at), before)).toBe(1);
  });

  test("that is a wrong passphrase makes the key unusable", async () => {
    const result = await open("wrong-passphrase");
    expect(result.code).toBe("KEY_UNUSABLE");
    expect(result.text).toContain("the passphrase of wrong-passphrase does not open it");
  });

  test("that cannot be had fails the open by its name, without what the source said", async () => {
    const before = host("password").log();
    const result = await open("password-nowhere");
    expect(result.code).toBe("SECRET_UNAVAILABLE");
    expect(result.text).toContain("password of connection password-nowhere");
    expect(result.text).not.toContain("unseen-output");
    expect(failures(host("password"), before)).toBe(0);
  });
});

describe("without a secret", () => {
  test("a host that takes passwords refuses, and nobody is asked", async () => {
    const result = await open("no-password");
    expect(result.code).toBe("AUTH_FAILED");
    expect(result.text).toContain("password: {ask: true}");
  });

  test("an encrypted key is unusable and says how it would not be", async () => {
    const result = await open("no-passphrase");
    expect(result.code).toBe("KEY_UNUSABLE");
    expect(result.text).toContain("ssh-add");
  });
});

describe("a human's answer", () => {
  test.each([
    ["ask-password", "password", "password"],
    ["ask-passphrase", "passphrase", "key"],
    ...(hasCodes ? ([["otp", "otp", "otp"]] as const) : []),
  ])(
    "is waited for by %p as %p, and brings the session to what it would have been",
    async (name, kind, at) => {
      const result = await open(name);
      expect(result.fields).toMatchObject({ success: true, state: "awaiting_input", awaiting: { kind } });
      expect(result.fields["next"]).toContain(`mcp-ssh-interactive answer ${name}`);
      const code = () => run(["oathtool", "--totp", "--base32", totpSecret]).trim();
      const answer = kind === "otp" ? code() : kind === "password" ? host(at).password : passphrase;
      await server.call("send_input", { session_name: name, text: `${answer}\n`, wait_seconds: 10 });
      await loggedIn(name);
      await expectShell(name, host(at).user);
      const log = await server.call("get_terminal_output", { session_name: name, view: "scrollback" });
      expect(log.text).not.toContain(answer);
    },
  );

  test("that is wrong ends the attempt instead of being asked for again", async () => {
    await open("ask-password", "refused");
    const before = host("password").log();
    const result = await server.call("send_input", {
      session_name: "refused",
      text: "not-the-password\n",
      wait_seconds: 20,
    });
    await until("ssh's end", async () => {
      const { fields } = await server.call("get_terminal_output", { session_name: "refused" });
      return fields["state"] === "disconnected";
    });
    expect(result.isError).toBe(false);
    expect(failures(host("password"), before)).toBe(1);
  });
});

testWhere(
  hasCodes,
  "oathtool and google-authenticator",
  "a host that asks in ssh's own words for the key gets neither passphrase nor password",
  async () => {
    expect((await open("imitator")).fields).toMatchObject({
      state: "awaiting_input",
      awaiting: {
        prompt: `(${host("imitator").user}@127.0.0.1) Enter passphrase for key '${key("locked")}':`,
      },
    });
  },
);

describe("a jump host", () => {
  test("is given its own password, and the target its own passphrase", async () => {
    expect((await open("behind")).fields).toMatchObject({ state: "idle" });
    await expectShell("behind", host("key").user);
  });

  test("is never given the target's", async () => {
    const result = await open("behind-wrong");
    expect(result.fields).toMatchObject({
      state: "awaiting_input",
      awaiting: { kind: "password", prompt: expect.stringContaining(host("password").user) },
    });
  });
});

describe("an expired password", () => {
  test("is the human's to change, in the session", async () => {
    await using expired = await PamHost.start({ config: ["PasswordAuthentication yes"] });
    run(["chage", "-d", "0", expired.user]);
    home.writeConnections(expired.connection("expired", [`password: ${expired.password}`]));
    const result = await open("expired");
    expect(result.fields).toMatchObject({ state: "awaiting_input", awaiting: { kind: "password" } });
    await server.call("close_connection", { session_name: "expired", force: true });
  });
});

test("no secret stands in a file of ours, in a process's arguments, or in an environment but the server's own", async () => {
  const planted = [host("password").password, passphrase, "not-the-password"];
  const files = run(["find", home.tempHome.home, "-type", "f", "-not", "-name", "config.yml"])
    .trim()
    .split("\n");
  const places = files.map((path): [string, string] => [path, readFileSync(path, "latin1")]);
  for (const pid of readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    places.push([`${pid} cmdline`, procFile(pid, "cmdline")]);
    if (Number(pid) !== server.pid) places.push([`${pid} environ`, procFile(pid, "environ")]);
  }
  const leaks = places.filter(([, text]) => planted.some((secret) => text.includes(secret)));
  expect(leaks.map(([place]) => place)).toEqual([]);
  expect(server.stderr).toBe("");
});

function procFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
