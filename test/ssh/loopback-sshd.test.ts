import { expect, test } from "bun:test";
import { existsSync } from "node:fs";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";

test("logs in as the current user, with a HOME of the test's own", async () => {
  await using sshd = await startLoopbackSshd({ setEnv: { COLOUR: "light blue" } });
  expect(login(sshd, 'echo "$HOME/$COLOUR"')).toBe(`${sshd.home}/light blue\n`);
  expect(sshd.hostKey.fingerprint).toStartWith("SHA256:");
  expect(sshd.log()).toContain("Accepted publickey");
});

test("leaves neither folder nor port behind", async () => {
  const sshd = await startLoopbackSshd();
  await sshd[Symbol.asyncDispose]();
  expect(existsSync(sshd.folder)).toBe(false);
  await expect(
    Bun.connect({ hostname: sshd.host, port: sshd.port, socket: { data() {} } }),
  ).rejects.toThrow();
});

test("a rotated host key is not the one in the known hosts file", async () => {
  await using sshd = await startLoopbackSshd();
  const before = sshd.hostKey.fingerprint;
  await sshd.rotateHostKey();
  expect(sshd.hostKey.fingerprint).not.toBe(before);
  expect(login(sshd, "true")).toContain("REMOTE HOST IDENTIFICATION HAS CHANGED");
});

function login(sshd: LoopbackSshd, command: string): string {
  const { stdout, stderr } = Bun.spawnSync([
    "ssh",
    "-F",
    "none",
    "-p",
    String(sshd.port),
    "-i",
    sshd.clientKey,
    "-o",
    "BatchMode=yes",
    "-o",
    `UserKnownHostsFile=${sshd.knownHostsFile}`,
    sshd.host,
    command,
  ]);
  return stdout.toString() + stderr.toString();
}
