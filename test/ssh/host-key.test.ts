import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SshConnection } from "../../src/ssh/connection.ts";
import { prepareSsh } from "../../src/ssh/prepare.ts";
import { makeKey, startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { SshDesk, type Attempt } from "../support/ssh-attempt.ts";

test("an unknown host key is HOST_KEY_UNKNOWN with its fingerprint and nothing written", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const knownHosts = join(desk.folder, "empty");
  writeFileSync(knownHosts, "");
  const attempt = await desk.attempt({ connection: connectionTo(sshd, knownHosts) });
  expectHostKeyFailure(attempt, "HOST_KEY_UNKNOWN", {
    offered: `ssh-ed25519 ${sshd.hostKey.fingerprint}`,
    known: [],
  });
  expect(attempt.failure?.error.message).toContain(sshd.hostKey.fingerprint);
  expect(await Bun.file(knownHosts).text()).toBe("");
});

test.each([["plain"], ["hashed"]])(
  "a changed key of a host in a %s known_hosts is HOST_KEY_CHANGED with both fingerprints",
  async (kind) => {
    await using sshd = await startLoopbackSshd();
    using desk = await SshDesk.open();
    const before = sshd.hostKey.fingerprint;
    writeFileSync(sshd.knownHostsFile, `# a comment first\n${await Bun.file(sshd.knownHostsFile).text()}`);
    if (kind === "hashed") Bun.spawnSync(["ssh-keygen", "-H", "-f", sshd.knownHostsFile]);
    await sshd.rotateHostKey();
    const attempt = await desk.attempt({ connection: connectionTo(sshd) });
    expectHostKeyFailure(attempt, "HOST_KEY_CHANGED", {
      offered: `ssh-ed25519 ${sshd.hostKey.fingerprint}`,
      known: [{ key: `ED25519 ${before}`, file: sshd.knownHostsFile, line: 2 }],
    });
    expect(attempt.failure?.error.hint).toEndWith(": mcp-ssh-interactive trust web");
  },
);

test("an unknown key of a jump host stops there, naming it", async () => {
  await using way = await openWay();
  const bastion = {
    ...connectionTo(way.hop),
    sshOptions: { UserKnownHostsFile: "/dev/null" },
    name: "bastion",
  };
  const attempt = await way.desk.attempt({
    connection: { ...connectionTo(way.target), proxyJump: "bastion" },
    others: [bastion],
  });
  expectHostKeyFailure(attempt, "HOST_KEY_UNKNOWN", {
    offered: `ssh-ed25519 ${way.hop.hostKey.fingerprint}`,
    known: [],
  });
  expect(attempt.failure?.error.message).toContain("jump host bastion");
  expect(way.target.log()).not.toContain("Accepted");
});

test("a changed key of a jump host of ssh_config's is HOST_KEY_CHANGED, however lax that file is", async () => {
  await using way = await openWay();
  const sshConfig = `Host jumper\n  HostName 127.0.0.1\n  Port ${way.hop.port}\n  IdentityFile ${way.hop.clientKey}\n  UserKnownHostsFile ${way.hop.knownHostsFile}\nHost *\n  StrictHostKeyChecking no\n  UpdateHostKeys yes\n`;
  const connection = { ...connectionTo(way.target), proxyJump: "jumper" };
  expect((await way.desk.attempt({ connection, sshConfig })).failure).toBeUndefined();
  const before = way.hop.hostKey.fingerprint;
  await way.hop.rotateHostKey();
  const attempt = await way.desk.attempt({ connection, sshConfig });
  expectHostKeyFailure(attempt, "HOST_KEY_CHANGED", {
    offered: `ssh-ed25519 ${way.hop.hostKey.fingerprint}`,
    known: [{ key: `ED25519 ${before}`, file: way.hop.knownHostsFile, line: 1 }],
  });
  expect(attempt.failure?.error.message).toContain("jump host jumper");
});

test("a changed key of the target behind a jump host is the target's", async () => {
  await using way = await openWay();
  await way.target.rotateHostKey();
  const bastion = { ...connectionTo(way.hop), name: "bastion" };
  const attempt = await way.desk.attempt({
    connection: { ...connectionTo(way.target), proxyJump: "bastion" },
    others: [bastion],
  });
  expect(attempt.failure?.error.code).toBe("HOST_KEY_CHANGED");
  expect(attempt.failure?.error.message).not.toContain("jump host");
});

test("an alias with HostKeyAlias is looked up under that name", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const record = (await Bun.file(sshd.knownHostsFile).text()).replace(/^\S+/, "cluster");
  writeFileSync(sshd.knownHostsFile, record);
  const sshConfig = "HostKeyAlias cluster\n";
  expect((await desk.attempt({ connection: connectionTo(sshd), sshConfig })).failure).toBeUndefined();
  await sshd.rotateHostKey();
  const attempt = await desk.attempt({ connection: connectionTo(sshd), sshConfig });
  expect(attempt.failure?.error.details).toMatchObject({
    known_hosts_name: "cluster",
    command_for_user: "mcp-ssh-interactive trust web",
  });
});

test("accept-new takes a new host's key and keeps it, and refuses another one later", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const knownHosts = join(desk.folder, "empty");
  const connection = { ...connectionTo(sshd, knownHosts), hostKey: "accept-new" };
  expect((await desk.attempt({ connection })).failure).toBeUndefined();
  expect(await Bun.file(knownHosts).text()).toContain(sshd.hostKey.publicLine.split(" ")[1] ?? "");
  const before = sshd.hostKey.fingerprint;
  await sshd.rotateHostKey();
  const attempt = await desk.attempt({ connection });
  expectHostKeyFailure(attempt, "HOST_KEY_CHANGED", {
    offered: `ssh-ed25519 ${sshd.hostKey.fingerprint}`,
    known: [{ key: `ED25519 ${before}`, file: knownHosts, line: 1 }],
  });
});

test("a pinned key is accepted whatever known_hosts says, and another one is refused with both fingerprints", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const pinned = sshd.hostKey.fingerprint;
  const other = (await Bun.file(sshd.knownHostsFile).text()).replace(/\S+$/m, otherKey);
  for (const text of ["", other, `@revoked ${await Bun.file(sshd.knownHostsFile).text()}`]) {
    writeFileSync(sshd.knownHostsFile, text);
    const connection = { ...connectionTo(sshd), hostKey: `${pinned}=` };
    expect((await desk.attempt({ connection })).failure).toBeUndefined();
    expect(await Bun.file(sshd.knownHostsFile).text()).toBe(text);
  }
  await sshd.rotateHostKey();
  const [, key] = sshd.hostKey.publicLine.split(" ");
  writeFileSync(sshd.knownHostsFile, `[127.0.0.1]:${sshd.port} ssh-ed25519 ${key}\n`);
  const attempt = await desk.attempt({ connection: { ...connectionTo(sshd), hostKey: pinned } });
  expectHostKeyFailure(attempt, "HOST_KEY_CHANGED", {
    offered: `ssh-ed25519 ${sshd.hostKey.fingerprint}`,
    pinned,
  });
});

test("each jump host is checked as its own connection says", async () => {
  await using way = await openWay();
  const unknown = { UserKnownHostsFile: "/dev/null" };
  const connection = { ...connectionTo(way.target), proxyJump: "bastion" };
  const bastion = { ...connectionTo(way.hop), sshOptions: unknown, name: "bastion" };
  const pin = way.hop.hostKey.fingerprint;
  const attempt = (hop: string, target: string) =>
    way.desk.attempt({
      connection: { ...connection, hostKey: target },
      others: [{ ...bastion, hostKey: hop }],
    });
  expect((await attempt(pin, "strict")).failure).toBeUndefined();
  expect((await attempt("strict", pin)).failure?.error.code).toBe("HOST_KEY_UNKNOWN");
  const wrong = await attempt(way.target.hostKey.fingerprint, "accept-new");
  expect(wrong.failure?.error.code).toBe("HOST_KEY_CHANGED");
  expect(wrong.failure?.error.message).toContain("jump host bastion");
  expect(way.hop.log().match(/Accepted publickey/g)).toHaveLength(1);
});

test("a host under an alias, a certificate's host and a host with several files are known as ssh knows them", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const [, type, key] = (await Bun.file(sshd.knownHostsFile).text()).trim().split(" ");
  const second = join(desk.folder, "second");
  writeFileSync(second, `cluster ${type} ${key}\n`);
  const connection = connectionTo(sshd, `${join(desk.folder, "missing")} ${second}`);
  const sshConfig = "HostKeyAlias cluster\nCheckHostIP yes\n";
  expect((await desk.attempt({ connection, sshConfig })).failure).toBeUndefined();
  const hostKey = sshd.hostKey.fingerprint;
  expect((await desk.attempt({ connection: { ...connection, hostKey }, sshConfig })).failure).toBeUndefined();
});

test("a host certificate is taken by its authority, and by the fingerprint of its key", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const authority = join(desk.folder, "authority");
  makeKey(authority);
  const argv = ["ssh-keygen", "-q", "-s", authority, "-h", "-I", "host", "-n", "127.0.0.1"];
  Bun.spawnSync([...argv, join(sshd.folder, "host_ed25519.pub")]);
  await using certified = await startLoopbackSshd({
    config: [
      `HostKey ${join(sshd.folder, "host_ed25519")}`,
      `HostCertificate ${join(sshd.folder, "host_ed25519-cert.pub")}`,
    ],
  });
  const knownHosts = join(desk.folder, "known_hosts");
  const connection = connectionTo(certified, knownHosts);
  writeFileSync(knownHosts, `@cert-authority * ${await Bun.file(`${authority}.pub`).text()}`);
  expect((await desk.attempt({ connection })).failure).toBeUndefined();
  writeFileSync(knownHosts, "");
  const hostKey = sshd.hostKey.fingerprint;
  expect((await desk.attempt({ connection: { ...connection, hostKey } })).failure).toBeUndefined();
});

test.each([
  ["accept-new", { major: 7, minor: 5 }, "OpenSSH 7.6"],
  [`SHA256:${"A".repeat(43)}`, { major: 8, minor: 4 }, "OpenSSH 8.5"],
])("host_key %s is refused with an ssh that cannot check so", async (hostKey, version, needed) => {
  using desk = await SshDesk.open();
  const request = { ...desk.request({ connection: { hostKey } }), version };
  const refusal = { code: "CONFIG_INVALID", message: expect.stringContaining(needed) };
  expect(prepareSsh(request)).rejects.toMatchObject(refusal);
});

const otherKey = "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

function connectionTo(sshd: LoopbackSshd, knownHosts = sshd.knownHostsFile): SshConnection {
  return {
    name: "web",
    host: "127.0.0.1",
    port: sshd.port,
    keyPath: sshd.clientKey,
    useAgent: false,
    sshOptions: { UserKnownHostsFile: knownHosts },
  };
}

function expectHostKeyFailure(attempt: Attempt, code: string, fingerprints: unknown): void {
  expect(attempt.failure?.error).toMatchObject({ code, details: { fingerprints } });
  expect(attempt.failure?.retryable).toBe(false);
}

type Way = AsyncDisposable & {
  readonly hop: LoopbackSshd;
  readonly target: LoopbackSshd;
  readonly desk: SshDesk;
};

async function openWay(): Promise<Way> {
  const [hop, target, desk] = await Promise.all([startLoopbackSshd(), startLoopbackSshd(), SshDesk.open()]);
  return {
    hop,
    target,
    desk,
    async [Symbol.asyncDispose]() {
      desk[Symbol.dispose]();
      await Promise.all([hop[Symbol.asyncDispose](), target[Symbol.asyncDispose]()]);
    },
  };
}
