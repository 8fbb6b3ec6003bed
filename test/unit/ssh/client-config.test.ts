import { expect, test } from "bun:test";

import { renderClientConfig, type ClientConfig } from "../../../src/ssh/client-config.ts";

const plain: ClientConfig = {
  version: { major: 9, minor: 2 },
  asks: "never",
  role: "target",
  sshOptions: {},
  connectTimeoutSeconds: 30,
  addKeepAlive: false,
  inherited: [],
};

test("the connection's own options come before ours, ours before what is inherited", () => {
  const lines = render({
    sshOptions: { UserKnownHostsFile: "~/k" },
    addKeepAlive: true,
    proxyCommand: "none",
    inherited: [{ path: "/u/config" }, { path: "/etc/s" }],
  });
  expect(lines.slice(0, 2)).toEqual(["StrictHostKeyChecking yes", "UserKnownHostsFile ~/k"]);
  expect(lines.slice(-8)).toEqual([
    "ServerAliveInterval 15",
    "ServerAliveCountMax 3",
    "ProxyCommand none",
    "ProxyUseFdpass no",
    "Match all",
    'Include "/u/config"',
    "Match all",
    'Include "/etc/s"',
  ]);
});

test.each([
  [7, 0, []],
  [7, 6, ["RemoteCommand none"]],
  [8, 7, ["RemoteCommand none", "ForkAfterAuthentication no", "StdinNull no"]],
])("OpenSSH %i.%i is given no option that it does not know", (major, minor, known) => {
  const lines = render({ version: { major, minor }, role: "hop" });
  const gated = ["RemoteCommand none", "ForkAfterAuthentication no", "StdinNull no"];
  expect(gated.filter((line) => lines.includes(line)).toSorted()).toEqual(known.toSorted());
});

test("below 7.3 the inherited files are pasted, since ssh has no Include", () => {
  const lines = render({
    version: { major: 7, minor: 2 },
    inherited: [
      { path: "/u", text: "Host a\n  Port 1" },
      { path: "/s", text: "Port 2" },
    ],
  });
  expect(lines.slice(-5)).toEqual(["Match all", "Host a", "  Port 1", "Match all", "Port 2"]);
});

test.each([
  ["/a b/c", "/a b/c"],
  ["/a*[x]?", "/a[*][[]x][?]"],
  ['/q"\\%${n}~', "/q?????n?~"],
])("the path %s is included as %s", (path, pattern) => {
  expect(render({ inherited: [{ path }] }).at(-1)).toBe(`Include "${pattern}"`);
});

function render(config: Partial<ClientConfig>): string[] {
  return renderClientConfig({ ...plain, ...config })
    .trimEnd()
    .split("\n");
}
