import { expect, test } from "bun:test";

import {
  canonicalSshOption,
  isSafeSshOptionValue,
  sshOptionKeywords,
} from "../../../src/config/ssh-options.ts";

test("a keyword is found in any case and given in ssh_config's spelling", () => {
  expect(canonicalSshOption("serveraliveinterval")).toBe("ServerAliveInterval");
});

const refused = [
  "ProxyCommand",
  "LocalCommand",
  "PermitLocalCommand",
  "KnownHostsCommand",
  "RemoteCommand",
  "Match",
  "Include",
  "XAuthLocation",
  "PKCS11Provider",
  "SecurityKeyProvider",
  "SmartcardDevice",
  "LocalForward",
  "RemoteForward",
  "DynamicForward",
  "ForwardAgent",
  "ForwardX11",
  "Tunnel",
  "ControlPath",
  "ControlMaster",
  "GlobalKnownHostsFile",
  "RevokedHostKeys",
  "StrictHostKeyChecking",
  "VerifyHostKeyDNS",
  "HostKeyAlias",
  "NoHostAuthenticationForLocalhost",
  "UpdateHostKeys",
  "IdentityFile",
  "IdentityAgent",
  "CertificateFile",
  "AddKeysToAgent",
  "LogLevel",
  "BatchMode",
  "EscapeChar",
  "IgnoreUnknown",
  "GSSAPIDelegateCredentials",
  "SendEnv",
  "SetEnv",
  "Host",
  "",
  " Compression",
  "Compression=yes",
  '"Compression"',
  "Compressıon",
];

test.each(refused)("%p is not among the allowed options", (keyword) => {
  expect(canonicalSshOption(keyword)).toBeUndefined();
  expect(sshOptionKeywords).not.toContain(keyword);
});

test.each([
  "30",
  "yes",
  "lowdelay throughput",
  "+ssh-rsa",
  "-3des-cbc",
  "aes128-ctr,aes256-ctr",
  "~/.ssh/known hosts 2",
  "%d/known_hosts",
])("the value %p is written as it stands", (value) => {
  expect(isSafeSshOptionValue(value)).toBe(true);
});

test.each([
  "",
  " a",
  "a ",
  "a\nProxyCommand x",
  "a\r",
  "a\u0000",
  'a"b',
  "a'b",
  "a\\b",
  "a#b",
  "${HOME}",
  "`x`",
  "a\tb",
  "a\u2028b",
  "a;b",
  "a|b",
  "x".repeat(1001),
])("the value %p is refused", (value) => {
  expect(isSafeSshOptionValue(value)).toBe(false);
});
