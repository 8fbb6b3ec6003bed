import { expect, test } from "bun:test";

import { parseJumpList } from "../../../src/ssh/jump-list.ts";
import { knownHostsName, parseFoundKeys } from "../../../src/ssh/known-hosts.ts";
import { isPlainHost, isPlainUser, parseResolved } from "../../../src/ssh/resolve.ts";
import { escapePercent, shellQuote } from "../../../src/ssh/shell-quote.ts";
import { parseSshVersion } from "../../../src/ssh/version.ts";

test.each([
  ["OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026", { major: 9, minor: 2 }],
  ["OpenSSH_10.0p2, OpenSSL 3.5", { major: 10, minor: 0 }],
  ["OpenSSH_for_Windows_8.1p1, LibreSSL 3.0.2", { major: 8, minor: 1 }],
  ["Dropbear v2022.83", undefined],
])("the version in %s is read", (text, version) => expect(parseSshVersion(text)).toEqual(version));

test.each([
  ["none", []],
  ["a", [{ host: "a" }]],
  [
    "u@a:2200,[fe80::1%eth0]:22,::1",
    [{ user: "u", host: "a", port: 2200 }, { host: "fe80::1%eth0", port: 22 }, { host: "::1" }],
  ],
  ["ssh://u@a:22/", [{ user: "u", host: "a", port: 22 }]],
  ["me@corp.example@a", [{ user: "me@corp.example", host: "a" }]],
])("the jump list %s is read", (list, hosts) => expect(parseJumpList(list)).toEqual(hosts));

test.each([["-a"], ["a b"], ["a;id"], ["a:0"], ["a:70000"], ["a:"], [""], ["-u@a"], ["a,,b"], ["a/b:c"]])(
  "the jump list %p is refused",
  (list) => {
    expect(() => parseJumpList(list)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  },
);

test.each([["web.example"], ["10.0.0.1"], ["fe80::1%eth0"], ["münchen.example"], ["a_b"]])(
  "%s is a host",
  (host) => expect(isPlainHost(host)).toBe(true),
);
test.each([["-a"], [""], ["a b"], ["a\n"], ["a$b"], ["a`"], ["a;b"], ["a\u0085"]])("%p is no host", (host) =>
  expect(isPlainHost(host)).toBe(false),
);
test.each([["root"], ["me@corp"], ["CORP\\me"], ["a.b-c"]])("%s is a user", (user) =>
  expect(isPlainUser(user)).toBe(true),
);
test.each([["-l"], [""], ["a b"], ["a\\"], ["$x"], ["a'b"]])("%p is no user", (user) =>
  expect(isPlainUser(user)).toBe(false),
);

test("what ssh -G prints is read by its first value, identity files all", () => {
  const text =
    "host box\nhostname 10.0.0.9\nuser u\nport 2200\nproxyjump none\nproxycommand nc %h %p\nidentityfile ~/a b\nidentityfile /k\nuserknownhostsfile /x /y\nhashknownhosts yes\nserveraliveinterval 40\nhostkeyalias z\n";
  expect(parseResolved(text)).toEqual({
    host: "10.0.0.9",
    user: "u",
    port: 2200,
    hostKeyAlias: "z",
    proxyJump: undefined,
    proxyCommand: "nc %h %p",
    remoteCommand: undefined,
    identityFiles: ["~/a b", "/k"],
    userKnownHostsFiles: ["/x", "/y"],
    globalKnownHostsFiles: [],
    hashKnownHosts: true,
    serverAliveIntervalSeconds: 40,
  });
});

test("known_hosts names carry the port unless it is 22 or there is an alias", () => {
  const base = parseResolved("hostname Web\nuser u\nport 22\n");
  expect(knownHostsName(base)).toBe("web");
  expect(knownHostsName({ ...base, port: 2200 })).toBe("[web]:2200");
  expect(knownHostsName({ ...base, port: 2200, hostKeyAlias: "z" })).toBe("z");
});

test("ssh-keygen's findings are read with their lines, hashed names too", () => {
  const sum = `SHA256:${"k".repeat(43)}`;
  const text = `# Host web found: line 2 \nweb ED25519 ${sum}\n# Host web found: line 7 CA\n|1|abc=|def= RSA ${sum} comment\n# Host web found: line 9\ngarbage\n`;
  expect(parseFoundKeys(text, "/f")).toEqual([
    { type: "ED25519", fingerprint: sum, file: "/f", line: 2 },
    { type: "RSA", fingerprint: sum, file: "/f", line: 7 },
  ]);
});

test.each([
  ["plain-1.2/x", "plain-1.2/x"],
  ["", "''"],
  ["a b", "'a b'"],
  ["it's", "'it'\\''s'"],
  ["a\\b!", "'a'\\\\'b'\\!"],
  ["=x", "'=x'"],
  ["~", "'~'"],
])("%p is quoted as %s", (word, quoted) => expect(shellQuote(word)).toBe(quoted));

test("percent signs are doubled", () => expect(escapePercent("50% %h")).toBe("50%% %%h"));
