import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

import { LoopbackDropbear } from "../support/loopback-dropbear.ts";
import { makeKey } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { PamHost, run } from "../support/pam-host.ts";
import { until } from "../support/private-tmux.ts";
import { testWhere } from "../support/test-where.ts";

setDefaultTimeout(60_000);

const passphrase = "open sesame, keys";

/** A home with its own keys: `locked` and `other` behind one passphrase, `plain` without. */
function homeWithKeys(env: Record<string, string> = {}): { home: McpHome; key: (name: string) => string } {
  const home = new McpHome(env);
  const key = (name: string) => join(home.tempHome.home, name);
  for (const name of ["locked", "other", "plain"]) makeKey(key(name), name === "plain" ? "" : passphrase);
  return { home, key };
}

function open(server: McpServer, name: string): Promise<ToolResult> {
  return server.call("open_connection", {
    connection_config_name: name,
    session_name: name,
    timeout_seconds: 30,
  });
}

test("a passphrase opens each of the keys that a host wants", async () => {
  await using host = await PamHost.start({ config: ["AuthenticationMethods publickey,publickey"] });
  const { home, key } = homeWithKeys();
  await using _ = home;
  host.admit(key("locked.pub"), key("other.pub"));
  home.tempHome.write(
    ".ssh/config",
    `IdentityFile ${key("plain")}\nIdentityFile ${key("locked")}\nIdentityFile ${key("other")}\n`,
  );
  home.writeConnections(host.connection("keys", [`passphrase: ${passphrase}`]));
  const server = await home.start();
  expect((await open(server, "keys")).fields).toMatchObject({ state: "idle" });
});

test("a certificate beside an encrypted key logs in where the key itself may not", async () => {
  const { home, key } = homeWithKeys();
  await using _ = home;
  makeKey(key("authority"));
  await using host = await PamHost.start({ config: [`TrustedUserCAKeys ${key("authority.pub")}`] });
  run(["ssh-keygen", "-q", "-s", key("authority"), "-I", "test", "-n", host.user, key("locked.pub")]);
  const lines = [`key_path: ${key("locked")}`, `passphrase: ${passphrase}`];
  home.writeConnections(
    host.connection("certified", lines),
    host.connection("bare", [`key_path: ${key("plain")}`]),
  );
  const server = await home.start();
  expect((await open(server, "certified")).fields).toMatchObject({ state: "idle" });
  expect((await open(server, "bare")).code).toBe("AUTH_FAILED");
});

test("the agent of the server that opens is asked, not the one of long ago", async () => {
  await using host = await PamHost.start();
  const { home, key } = homeWithKeys();
  await using _ = home;
  host.admit(key("plain.pub"));
  home.writeConnections(host.connection("first"), host.connection("second"));
  const startWith = async (socket: string) => {
    const agent = Bun.spawn(["ssh-agent", "-D", "-a", socket], { stdout: "ignore" });
    const add = () =>
      Bun.spawnSync(["ssh-add", "-q", key("plain")], { env: { SSH_AUTH_SOCK: socket } }).exitCode === 0;
    await until("the agent", async () => add());
    return { agent, server: await home.start({ env: { SSH_AUTH_SOCK: socket } }) };
  };
  const first = await startWith(key("agent-1"));
  expect((await open(first.server, "first")).fields).toMatchObject({ state: "idle" });
  first.agent.kill();
  await first.agent.exited;
  rmSync(key("agent-1"), { force: true });
  const second = await startWith(key("agent-2"));
  try {
    expect((await open(second.server, "second")).fields).toMatchObject({ state: "idle" });
    expect((await open(await home.start(), "first")).code).toBe("SESSION_EXISTS");
  } finally {
    second.agent.kill();
  }
});

test("a host that allows one channel a connection has a session all the same", async () => {
  await using host = await PamHost.start({ config: ["MaxSessions 1", "PasswordAuthentication yes"] });
  await using home = new McpHome();
  home.writeConnections(host.connection("narrow", [`password: ${host.password}`]));
  const server = await home.start();
  expect((await open(server, "narrow")).fields).toMatchObject({ state: "idle", confidence: "exact" });
  const asked = await server.call("execute_command", {
    session_name: "narrow",
    command: "read -r -p 'Your name? ' name; echo hello $name",
    wait_seconds: 20,
  });
  expect(asked.fields).toMatchObject({ state: "awaiting_input", ended_by: "input_wanted" });
  const told = await server.call("send_input", { session_name: "narrow", text: "Ann\n", wait_seconds: 20 });
  expect(told.fields).toMatchObject({ exit_code: 0 });
  expect(told.text).toContain("hello Ann");
});

testWhere(
  Bun.which("dropbear") !== null,
  "dropbear",
  "dropbear takes a password, and refuses a wrong one once",
  async () => {
    await using host = await PamHost.start();
    await using dropbear = await LoopbackDropbear.start(Bun.which("dropbear") ?? "");
    await using home = new McpHome();
    const at = { ...dropbear, user: host.user };
    const lines = (password: string) => [`password: ${password}`];
    home.writeConnections(
      PamHost.connectionTo(at, "dropbear", lines(host.password)),
      PamHost.connectionTo(at, "refused", lines("not-the-password")),
    );
    const server = await home.start();
    expect((await open(server, "dropbear")).fields).toMatchObject({ state: "idle" });
    expect((await open(server, "refused")).code).toBe("AUTH_FAILED");
  },
);

describe("before OpenSSH 8.4, where ssh asks on its terminal", () => {
  /** This machine's ssh, which is taken for an old one and so is given no askpass. */
  function oldSsh(home: McpHome): Record<string, string> {
    const real = Bun.which("ssh") ?? "/usr/bin/ssh";
    const script = `#!/bin/sh\n[ "$*" = -V ] || exec ${real} "$@"\necho OpenSSH_8.0p1 >&2\n`;
    const folder = dirname(home.tempHome.write("bin/ssh", script, 0o700));
    symlinkSync(Bun.which("ssh-keygen") ?? "/usr/bin/ssh-keygen", join(folder, "ssh-keygen"));
    return { PATH: `${folder}:${home.env["PATH"]}` };
  }

  test("each host on the way is typed its own secret, and a wrong one once", async () => {
    await using gate = await PamHost.start({ config: ["PasswordAuthentication yes"] });
    await using host = await PamHost.start();
    const { home, key } = homeWithKeys();
    await using _ = home;
    host.admit(key("locked.pub"));
    const lines = [`key_path: ${key("locked")}`, `passphrase: ${passphrase}`, "proxy_jump: gate"];
    home.writeConnections(
      gate.connection("gate", [`password: ${gate.password}`]),
      gate.connection("wrong", ["password: not-the-password"]),
      host.connection("behind", lines),
    );
    const server = await home.start({ env: oldSsh(home) });
    expect((await open(server, "behind")).fields).toMatchObject({ state: "idle", confidence: "exact" });
    expect((await open(server, "wrong")).code).toBe("AUTH_FAILED");
    expect(gate.log().match(/Failed password/g)).toHaveLength(1);
  });

  test("what the host words itself is left to a human", async () => {
    const { home, key } = homeWithKeys();
    await using _ = home;
    await using host = await PamHost.start({
      config: [
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication yes",
        "AuthenticationMethods publickey,keyboard-interactive",
      ],
    });
    host.admit(key("locked.pub"));
    const lines = [`key_path: ${key("locked")}`, `passphrase: ${passphrase}`, `password: ${host.password}`];
    home.writeConnections(host.connection("asking", lines));
    const server = await home.start({ env: oldSsh(home) });
    expect((await open(server, "asking")).fields).toMatchObject({
      state: "awaiting_input",
      awaiting: { kind: "password" },
    });
  });
});
