import { expect, test } from "bun:test";
import { copyFileSync, writeFileSync, chmodSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../../src/base/user-error.ts";
import { prepareSsh } from "../../src/ssh/prepare.ts";
import { freePort, makeKey, startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { SshDesk, type Attempt, type AttemptOptions } from "../support/ssh-attempt.ts";

test("a login that works is no failure", async () => {
  await using place = await openPlace();
  const attempt = await place.desk.attempt({
    connection: place.connection,
    input: 'echo "at $HOME"; exit 7\n',
  });
  expect(attempt.output).toContain(`at ${place.sshd.home}`);
  expect(attempt).toMatchObject({ exitStatus: 7, failure: undefined });
});

test("a closed port is CONNECTION_REFUSED and may be tried again", async () => {
  using desk = await SshDesk.open();
  const attempt = await desk.attempt({ connection: { port: await freePort() } });
  expectFailure(attempt, "CONNECTION_REFUSED", true);
});

test("a name that nobody has is HOST_NOT_FOUND", async () => {
  using desk = await SshDesk.open();
  const attempt = await desk.attempt({ connection: { host: "no-such-host.invalid" } });
  expect(attempt.failure?.error.code).toBe("HOST_NOT_FOUND");
  expect(attempt.failure?.error.message).toContain("no-such-host.invalid");
});

test("an address that no route leads to is HOST_UNREACHABLE", async () => {
  using desk = await SshDesk.open();
  // Linux has no TCP route to a broadcast address, so nothing leaves the machine.
  expectFailure(await desk.attempt({ connection: { host: "255.255.255.255" } }), "HOST_UNREACHABLE", true);
});

test("an ssh that was killed is no fault of a configuration or a host", async () => {
  using desk = await SshDesk.open();
  const sshConfig = "ProxyCommand kill -9 $PPID\n";
  const attempt = await desk.attempt({ connection: {}, sshConfig });
  expectFailure(attempt, "SSH_UNAVAILABLE", false);
  expect(attempt.failure?.error.message).toContain("signal 9");
});

test("a listener that never answers is CONNECTION_TIMEOUT", async () => {
  using desk = await SshDesk.open();
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const attempt = await desk.attempt({ connection: { port: listener.port }, connectTimeoutSeconds: 1 });
  expectFailure(attempt, "CONNECTION_TIMEOUT", true);
  expect(attempt.failure?.error.message).toContain("before its greeting");
});

test("a listener that hangs up at once may be tried again", async () => {
  using desk = await SshDesk.open();
  using listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data() {}, open: (socket) => void socket.end() },
  });
  const attempt = await desk.attempt({ connection: { port: listener.port } });
  expectFailure(attempt, "CONNECTION_REFUSED", true);
  expect(attempt.failure?.error.message).toContain("before its greeting");
});

test("a key that the host does not know is AUTH_FAILED with the methods of both sides", async () => {
  await using place = await openPlace();
  const keyPath = place.key("stranger");
  const attempt = await place.desk.attempt({ connection: { ...place.connection, keyPath } });
  expectFailure(attempt, "AUTH_FAILED", false);
  expect(attempt.failure?.error.details).toEqual({
    methods_offered: ["publickey"],
    tried: [expect.stringMatching(/^publickey ED25519 SHA256:\S{43} \(.*\/stranger\)$/)],
  });
});

test("a host that takes passwords only is AUTH_FAILED and says so, without asking", async () => {
  await using place = await openPlace(["PubkeyAuthentication no", "PasswordAuthentication yes"]);
  const attempt = await place.desk.attempt({ connection: place.connection });
  expectFailure(attempt, "AUTH_FAILED", false);
  expect(attempt.failure?.error.details).toMatchObject({ methods_offered: ["password"] });
});

test("too many keys of the agent are AUTH_FAILED with the way out", async () => {
  await using place = await openPlace(["MaxAuthTries 1"]);
  const files = ["a", "b", "c"].map((name) => `IdentityFile ${place.key(name)}\n`).join("");
  const attempt = await place.desk.attempt({
    connection: { ...place.connection, keyPath: undefined },
    sshConfig: files,
  });
  expectFailure(attempt, "AUTH_FAILED", false);
  expect(attempt.failure?.error.hint).toContain("key_path");
});

test.each([
  ["missing", (path: string) => void path, "does not exist"],
  ["mode 644", (path: string) => (makeKey(path), chmodSync(path, 0o644)), "chmod 600"],
])("a key that is %s is KEY_UNUSABLE before ssh starts", async (_, make, words) => {
  using desk = await SshDesk.open();
  const keyPath = join(desk.folder, "the key");
  make(keyPath);
  const error = await prepareSsh(desk.request({ connection: { keyPath } })).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code: "KEY_UNUSABLE" });
  expect(`${String(error)} ${error instanceof UserError ? error.hint : ""}`).toContain(words);
});

test("a key file of garbage is KEY_UNUSABLE", async () => {
  await using place = await openPlace();
  const keyPath = join(place.desk.folder, "garbage");
  writeFileSync(
    keyPath,
    "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----\n",
    { mode: 0o600 },
  );
  expectFailure(
    await place.desk.attempt({ connection: { ...place.connection, keyPath } }),
    "KEY_UNUSABLE",
    false,
  );
});

test("an encrypted key that the host knows is KEY_UNUSABLE and names ssh-add", async () => {
  await using place = await openPlace();
  const keyPath = place.key("locked", "opensesame");
  copyFileSync(`${keyPath}.pub`, join(place.sshd.folder, "authorized_keys"));
  const attempt = await place.desk.attempt({ connection: { ...place.connection, keyPath } });
  expectFailure(attempt, "KEY_UNUSABLE", false);
  expect(attempt.failure?.error.hint).toContain("ssh-add");
});

test("an encrypted key of ssh_config's that the host knows is KEY_UNUSABLE", async () => {
  await using place = await openPlace();
  const key = place.key("locked", "opensesame");
  copyFileSync(`${key}.pub`, join(place.sshd.folder, "authorized_keys"));
  const attempt = await place.desk.attempt({
    connection: { ...place.connection, keyPath: undefined },
    sshConfig: `IdentityFile ${key}\n`,
  });
  expectFailure(attempt, "KEY_UNUSABLE", false);
});

test("no algorithm in common is CONFIG_INVALID and names the option", async () => {
  await using place = await openPlace(["Ciphers aes128-ctr"]);
  const attempt = await place.desk.attempt({
    connection: place.connection,
    sshConfig: "Ciphers aes256-ctr\n",
  });
  expectFailure(attempt, "CONFIG_INVALID", false);
  expect(attempt.failure?.error.hint).toContain("Ciphers");
});

test("a ssh_config that ssh cannot read is CONFIG_INVALID and names the line", async () => {
  using desk = await SshDesk.open();
  const error = await prepareSsh(
    desk.request({ connection: {}, sshConfig: "Host *\nNoSuchOption yes\n" }),
  ).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "CONFIG_INVALID" });
  expect(String(error)).toMatch(/user config: line 2: Bad configuration option: nosuchoption/i);
});

test("a banner that imitates ssh's own words changes nothing", async () => {
  await using place = await openPlace([]);
  const banner = join(place.sshd.folder, "banner");
  writeFileSync(
    banner,
    [
      "Permission denied (publickey).",
      "debug1: Authentications that can continue: password",
      "Host key verification failed.",
      "ssh: connect to host x port 1: Connection refused",
      "",
    ].join("\r\n"),
  );
  await using sshd = await startLoopbackSshd({ config: [`Banner ${banner}`] });
  const connection = {
    port: sshd.port,
    keyPath: sshd.clientKey,
    sshOptions: { UserKnownHostsFile: sshd.knownHostsFile },
  };
  expect((await place.desk.attempt({ connection })).failure).toBeUndefined();
  const denied = await place.desk.attempt({ connection: { ...connection, keyPath: place.key("stranger") } });
  expectFailure(denied, "AUTH_FAILED", false);
  expect(denied.failure?.error.details).toMatchObject({ methods_offered: ["publickey"] });
});

test("an own ProxyCommand that fails is named", async () => {
  using desk = await SshDesk.open();
  const attempt = await desk.attempt({ connection: {}, sshConfig: "ProxyCommand false\n" });
  expectFailure(attempt, "HOST_UNREACHABLE", true);
  expect(attempt.failure?.error.message).toContain("ProxyCommand");
});

function expectFailure(attempt: Attempt, code: string, retryable: boolean): void {
  expect(attempt.failure).toMatchObject({ retryable, error: { code } });
}

type Place = AsyncDisposable & {
  readonly sshd: LoopbackSshd;
  readonly desk: SshDesk;
  readonly connection: AttemptOptions["connection"];
  key(name: string, passphrase?: string): string;
};

async function openPlace(config: readonly string[] = []): Promise<Place> {
  const sshd = await startLoopbackSshd({ config });
  const desk = await SshDesk.open();
  return {
    sshd,
    desk,
    connection: {
      port: sshd.port,
      keyPath: sshd.clientKey,
      sshOptions: { UserKnownHostsFile: sshd.knownHostsFile },
    },
    key(name, passphrase) {
      makeKey(join(desk.folder, name), passphrase);
      return join(desk.folder, name);
    },
    async [Symbol.asyncDispose]() {
      desk[Symbol.dispose]();
      await sshd[Symbol.asyncDispose]();
    },
  };
}
