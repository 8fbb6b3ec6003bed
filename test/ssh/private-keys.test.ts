import { expect, test } from "bun:test";
import { join } from "node:path";

import { countAgentKeys, listPrivateKeys } from "../../src/ssh/private-keys.ts";
import { makeKey } from "../support/loopback-sshd.ts";
import { TempHome } from "../support/temp-home.ts";

test("private keys are known by their content, with their type, their passphrase and their mode", async () => {
  await using temp = new TempHome();
  const plain = join(temp.home, "id_plain");
  const locked = join(temp.home, "locked");
  makeKey(plain);
  makeKey(locked, "a passphrase");
  temp.write("config", "Host a\n");
  const old = temp.write("old.pem", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", 0o644);
  expect(listPrivateKeys(temp.home)).toEqual([
    { path: plain, type: "ssh-ed25519", encrypted: false, openToOthers: false },
    { path: locked, type: "ssh-ed25519", encrypted: true, openToOthers: false },
    { path: old, type: undefined, encrypted: true, openToOthers: true },
  ]);
  expect(listPrivateKeys("/nonexistent")).toEqual([]);
});

test("without an agent there is no number of its keys", async () => {
  expect(await countAgentKeys("/usr/bin/ssh", {})).toBeUndefined();
  expect(await countAgentKeys("/usr/bin/ssh", { SSH_AUTH_SOCK: "/nonexistent" })).toBeUndefined();
});
