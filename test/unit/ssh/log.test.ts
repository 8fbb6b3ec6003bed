import { expect, test } from "bun:test";

import { parseRemoteSoftware, parseSshLog, type SshLog } from "../../../src/ssh/log.ts";

const key = `SHA256:${"k".repeat(43)}`;
const begun = [
  "debug1: Connecting to h [192.0.2.1] port 22.",
  "debug1: Local version string SSH-2.0-OpenSSH_9.2",
];
const greeted = [...begun, "debug1: Remote protocol version 2.0, remote software version X"];

const table: [title: string, lines: readonly string[], facts: Partial<SshLog>][] = [
  ["nothing", [], { started: false, connected: false, authenticated: false }],
  ["a refused address", ["ssh: connect to host h port 22: Connection refused"], { connectFault: "refused" }],
  [
    "two addresses, one refused and one unreachable",
    [
      "debug1: connect to address 192.0.2.1 port 22: Connection refused",
      "debug1: connect to address 2001:db8::1 port 22: Network is unreachable",
      "ssh: connect to host h port 22: Network is unreachable",
    ],
    { connectFault: "refused" },
  ],
  [
    "an address that failed before one that answered",
    ["debug1: connect to address 2001:db8::1 port 22: Network is unreachable", ...begun],
    { connectFault: undefined, connected: true },
  ],
  ["macOS's time-out", ["ssh: connect to host h port 22: Operation timed out"], { connectFault: "timeout" }],
  [
    "an unknown name",
    ["ssh: Could not resolve hostname h: Name or service not known"],
    { nameFailure: "unknown" },
  ],
  ["a name on musl", ["ssh: Could not resolve hostname h: Try again"], { nameFailure: "temporary" }],
  [
    "a bad option",
    [
      "~/.ssh/config: line 2: Bad configuration option: x",
      "~/.ssh/config: terminating, 1 bad configuration options",
    ],
    { started: false, complaint: "~/.ssh/config: terminating, 1 bad configuration options" },
  ],
  [
    "local words after the first byte was read",
    [...greeted, "ssh: connect to host h port 22: Connection refused"],
    { connectFault: undefined, connected: true, greeted: true },
  ],
  [
    "an unknown key",
    [
      ...greeted,
      `debug1: Server host key: ssh-ed25519 ${key}`,
      "No ED25519 host key is known for h and you have requested strict checking.",
      "Host key verification failed.",
    ],
    { hostKeyFault: "unknown", offeredKeys: [`ssh-ed25519 ${key}`] },
  ],
  [
    "a changed key of 7.x",
    [
      ...greeted,
      "ECDSA host key for h has changed and you have requested strict checking.",
      "Host key verification failed.",
    ],
    { hostKeyFault: "changed" },
  ],
  [
    "a revoked key",
    [
      ...greeted,
      "@       WARNING: REVOKED HOST KEY DETECTED!               @",
      "Host key verification failed.",
    ],
    { hostKeyFault: "revoked" },
  ],
  [
    "a key failure that is not the end",
    [...greeted, "Host key verification failed.", "Connection closed by 192.0.2.1 port 22"],
    { hostKeyFault: undefined, closed: "closed" },
  ],
  [
    "a refusal to negotiate that ends in other words",
    [
      ...greeted,
      "Unable to negotiate with 192.0.2.1 port 22: no matching cipher found. Their offer: x",
      "Host key verification failed.",
    ],
    { noCommon: "cipher", hostKeyFault: undefined },
  ],
  [
    "a denial",
    [
      ...greeted,
      "debug1: Authentications that can continue: publickey,password",
      "u@h: Permission denied (publickey,password).",
    ],
    { denied: true, methodsOffered: ["publickey", "password"] },
  ],
  [
    "a denial of 7.x",
    [...greeted, "Permission denied (publickey,gssapi-with-mic)."],
    { denied: true, methodsOffered: ["publickey", "gssapi-with-mic"] },
  ],
  [
    "methods that no ssh knows",
    [...greeted, "debug1: Authentications that can continue: run-rm,password"],
    { methodsOffered: ["password"] },
  ],
  [
    "a denial in the middle",
    [...greeted, "u@h: Permission denied (password).", "debug1: Remote: x"],
    { denied: false },
  ],
  [
    "a login",
    [...greeted, 'Authenticated to h ([192.0.2.1]:22) using "publickey".'],
    { authenticated: true },
  ],
  [
    "a login of 7.x through a proxy",
    [...greeted, "Authenticated to h (via proxy)."],
    { authenticated: true },
  ],
  [
    "a login with words around it",
    [...greeted, 'debug1: Remote: Authenticated to h ([192.0.2.1]:22) using "publickey".'],
    { authenticated: false },
  ],
  [
    "keys offered and accepted",
    [
      ...greeted,
      `debug1: Offering public key: /k a ED25519 ${key} explicit agent`,
      `debug1: Server accepts key: /k a ED25519 ${key} explicit agent`,
    ],
    { keysOffered: [{ source: "/k a", type: "ED25519", fingerprint: key }], keysAccepted: ["/k a"] },
  ],
  [
    "keys of 7.x",
    [...greeted, "debug1: Offering RSA public key: /k", "debug1: Server accepts key: pkalg ssh-rsa blen 279"],
    { keysOffered: [{ source: "/k", type: "RSA", fingerprint: undefined }], keysAccepted: ["/k"] },
  ],
  [
    "too many keys",
    [
      ...greeted,
      "Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures",
      "Disconnected from 192.0.2.1 port 22",
    ],
    { tooManyFailures: true, closed: "closed" },
  ],
  [
    "facts after a farewell",
    [
      ...greeted,
      "Received disconnect from 192.0.2.1 port 22:2: bye",
      "debug1: Authentications that can continue: password",
      "Disconnected from 192.0.2.1 port 22",
    ],
    { methodsOffered: [] },
  ],
  [
    "a reset",
    [
      ...begun,
      "kex_exchange_identification: read: Connection reset by peer",
      "Connection reset by 192.0.2.1 port 22",
    ],
    { closed: "reset" },
  ],
  [
    "no banner in time",
    [...begun, "Connection timed out during banner exchange", "Connection to 192.0.2.1 port 22 timed out"],
    { timedOut: true },
  ],
  ["no banner in time, 7.x", [...begun, "Connection timed out during banner exchange"], { timedOut: true }],
  [
    "a forward refused",
    [...greeted, "channel 0: open failed: connect failed: Connection refused", "stdio forwarding failed"],
    { forwardFault: "refused" },
  ],
  [
    "a forward forbidden",
    [...greeted, "channel 0: open failed: administratively prohibited: open failed"],
    { forwardFault: "prohibited" },
  ],
];

test.each(table)("reads %s", (_, lines, facts) => {
  expect(parseSshLog(`${lines.join("\r\n")}\r\n`)).toMatchObject(facts);
  expect(parseSshLog(lines.join("\n"))).toMatchObject(facts);
});

test("bytes of any kind are no more than unknown lines", () => {
  const noise = Array.from({ length: 5_000 }, (_, index) =>
    String.fromCharCode((index * 7919) % 0x3000),
  ).join("");
  expect(parseSshLog(noise)).toMatchObject({ authenticated: false, denied: false });
});

test("the server's software is one line of printable ASCII, or nothing", () => {
  expect(
    parseRemoteSoftware("debug1: Remote protocol version 2.0, remote software version dropbear_2022.83\r\n"),
  ).toBe("dropbear_2022.83");
  expect(
    parseRemoteSoftware("x debug1: Remote protocol version 2.0, remote software version y\r\n"),
  ).toBeUndefined();
});
