import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SshConnection } from "../../src/ssh/connection.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
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
    expect(attempt.failure?.error.hint).toContain(
      `ssh-keygen -R '[127.0.0.1]:${sshd.port}' -f ${sshd.knownHostsFile}`,
    );
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
  expect(attempt.failure?.error.hint).toContain(`-J 127.0.0.1:${way.hop.port}`);
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
  expect(attempt.failure?.error.hint).toContain("ssh-keygen -R cluster");
});

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
