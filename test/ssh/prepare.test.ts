import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SshConnection } from "../../src/ssh/connection.ts";
import { parseRemoteSoftware, parseSshLog } from "../../src/ssh/log.ts";
import { prepareSsh, type PreparedSsh } from "../../src/ssh/prepare.ts";
import { removeSshFiles } from "../../src/ssh/session-files.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { SshDesk, type AttemptOptions } from "../support/ssh-attempt.ts";

const hostile = `
StrictHostKeyChecking no
NoHostAuthenticationForLocalhost yes
VerifyHostKeyDNS yes
UpdateHostKeys yes
PermitLocalCommand yes
LocalCommand touch %d/local-command-ran
ForkAfterAuthentication yes
StdinNull yes
SessionType none
ControlMaster auto
ControlPath /nonexistent/%C
ControlPersist yes
RequestTTY no
EscapeChar ~
LogLevel QUIET
BatchMode no
NumberOfPasswordPrompts 9
ForwardAgent yes
ForwardX11 yes
LocalForward 127.0.0.1:1 127.0.0.1:1
RemoteForward 127.0.0.1:1 127.0.0.1:1
DynamicForward 127.0.0.1:1
Tunnel yes
VisualHostKey yes
`;

test("hostile settings of the user's own ssh_config undo nothing, on the target and on a hop", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const bastion = { ...connectionTo(sshd), name: "bastion" };
  const { prepared } = await prepareAt(desk, {
    connection: { proxyJump: "bastion" },
    others: [bastion],
    sshConfig: hostile,
  });
  const common = [
    "stricthostkeychecking true",
    "nohostauthenticationforlocalhost no",
    "verifyhostkeydns false",
    "updatehostkeys false",
    "permitlocalcommand no",
    "forkafterauthentication no",
    "stdinnull no",
    "escapechar none",
    "loglevel DEBUG",
    "batchmode yes",
    "numberofpasswordprompts 1",
    "forwardagent no",
    "forwardx11 no",
    "clearallforwardings yes",
    "tunnel false",
    "visualhostkey no",
    "controlpersist no",
  ];
  const target = effective(prepared.argv);
  expect(common.filter((line) => !target.includes(line))).toEqual([]);
  expect(target).toContain("requesttty force");
  expect(target).toContain("sessiontype default");
  expect(target).toContain(`controlpath ${prepared.controlPath}`);
  const hop = effective([desk.ssh, "-F", join(desk.folder, "mux", "s1.hop1.conf"), "127.0.0.1"]);
  expect(common.filter((line) => !hop.includes(line))).toEqual([]);
  expect(hop.filter((line) => /^controlpath|^requesttty|^proxycommand/.test(line))).toEqual([
    "requesttty false",
  ]);
});

test("a session works under hostile settings, and is its own multiplexing master", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const control = join(desk.folder, "mux");
  const attempt = await desk.attempt({
    connection: connectionTo(sshd),
    sshConfig: hostile.replace("%d", desk.folder),
    input: `tty; ls ${control}; exit 5\n`,
  });
  expect(attempt).toMatchObject({ exitStatus: 5, failure: undefined });
  expect(attempt.output).toContain("/dev/pts/");
  expect(attempt.output).toContain(attempt.prepared.controlPath.slice(control.length + 1));
  expect(existsSync(join(desk.folder, "local-command-ran"))).toBe(false);
  const log = readFileSync(attempt.prepared.target.logFile, "utf8");
  expect(parseSshLog(log)).toMatchObject({ authenticated: true, methodsTried: ["publickey"] });
  expect(parseRemoteSoftware(log)).toStartWith("OpenSSH_");
});

test("keep-alive is ours only where the user set none", async () => {
  using desk = await SshDesk.open();
  const interval = async (options: AttemptOptions) =>
    effective((await prepareAt(desk, options)).prepared.argv).find((line) =>
      line.startsWith("serveraliveinterval"),
    );
  expect(await interval({ connection: {} })).toBe("serveraliveinterval 15");
  expect(await interval({ connection: {}, sshConfig: "ServerAliveInterval 40\n" })).toBe(
    "serveraliveinterval 40",
  );
  expect(await interval({ connection: {}, sshConfig: "BatchMode yes\n" })).toBe("serveraliveinterval 15");
  expect(await interval({ connection: { sshOptions: { ServerAliveInterval: "50" } } })).toBe(
    "serveraliveinterval 50",
  );
});

test("alias, Include, Match exec and identity of ssh_config all count", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const included = join(desk.folder, "inclu ded.conf");
  writeFileSync(
    included,
    `Host box\n  HostName 127.0.0.1\n  IdentityFile ${sshd.clientKey}\n  UserKnownHostsFile ${sshd.knownHostsFile}\n`,
    { mode: 0o600 },
  );
  const sshConfig = `Include "${included}"\nHost other\n  Port 1\nMatch host 127.0.0.1 exec "test box = %n"\n  Port ${sshd.port}\n`;
  const attempt = await desk.attempt({
    connection: { host: "box" },
    sshConfig,
    input: "echo got $((40+2)); exit 0\n",
  });
  expect(attempt.output).toContain("got 42");
  expect(attempt.prepared.info).toEqual({ host: "127.0.0.1", user: sshd.user, port: sshd.port });
});

test("ProxyJump of ssh_config is gone through, chains included, each hop with a log of its own", async () => {
  await using way = await openWay(3);
  const [first, second, target] = way.hosts;
  const sshConfig = [
    alias("target", target, "first,second"),
    alias("second", second, "none"),
    alias("first", first),
  ].join("");
  const attempt = await way.desk.attempt({
    connection: { host: "target" },
    sshConfig,
    input: "echo $SSH_CONNECTION; exit 3\n",
  });
  expect(attempt).toMatchObject({ exitStatus: 3, failure: undefined });
  expect(attempt.prepared.logFiles.map((path) => path.slice(path.lastIndexOf("/") + 1))).toEqual([
    "s1.err",
    "s1.hop1.err",
    "s1.hop2.err",
  ]);
  for (const host of way.hosts) expect(host.log()).toContain("Accepted publickey");
  for (const path of attempt.prepared.logFiles)
    expect(parseSshLog(readFileSync(path, "utf8")).authenticated).toBe(true);
});

test("ProxyJump of a hop's own in ssh_config is followed", async () => {
  await using way = await openWay(3);
  const [first, second, target] = way.hosts;
  const sshConfig = [
    alias("target", target, "second"),
    alias("second", second, "first"),
    alias("first", first),
  ].join("");
  const attempt = await way.desk.attempt({ connection: { host: "target" }, sshConfig });
  expect(attempt).toMatchObject({ exitStatus: 7, failure: undefined });
  expect(attempt.prepared.hops.map(({ label }) => label)).toEqual(["first", "second"]);
});

test("proxy_jump names other connections, with their key, port and own proxy_jump", async () => {
  await using way = await openWay(3);
  const [first, second, target] = way.hosts;
  const others = [
    { ...connectionTo(first), name: "edge" },
    { ...connectionTo(second), name: "inner", proxyJump: "edge" },
  ];
  const attempt = await way.desk.attempt({
    connection: { ...connectionTo(target), proxyJump: "inner" },
    others,
  });
  expect(attempt).toMatchObject({ exitStatus: 7, failure: undefined });
  expect(attempt.prepared.hops.map(({ label }) => label)).toEqual(["edge", "inner"]);
});

test("proxy_jump none goes straight, whatever ssh_config says", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  for (const sshConfig of ["ProxyJump 127.0.0.1:1\n", "ProxyCommand false\n"]) {
    const attempt = await desk.attempt({
      connection: { ...connectionTo(sshd), proxyJump: "none" },
      sshConfig,
    });
    expect(attempt).toMatchObject({ exitStatus: 7, failure: undefined });
  }
});

test("a ProxyCommand of the user's own stays in use", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  const sshConfig = `ProxyCommand ${desk.ssh} -F none -i ${sshd.clientKey} -o UserKnownHostsFile=${sshd.knownHostsFile} -p ${sshd.port} -W %h:%p 127.0.0.1\n`;
  expect(await desk.attempt({ connection: connectionTo(sshd), sshConfig })).toMatchObject({
    exitStatus: 7,
    failure: undefined,
  });
});

test("jump hosts that lead in a circle are CONFIG_INVALID", async () => {
  using desk = await SshDesk.open();
  const others = [
    connection("a", { proxyJump: "b" }),
    connection("b", { proxyJump: "a" }),
    connection("web", { proxyJump: "web" }),
  ];
  await expect(prepareAt(desk, { connection: { proxyJump: "a" }, others })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: "the jump hosts lead in a circle: web, a, b, a",
  });
  await expect(prepareAt(desk, { connection: { proxyJump: "web" }, others })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
  await expect(prepareAt(desk, { connection: {}, sshConfig: "ProxyJump gate\n" })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
  expect(readdirSync(join(desk.folder, "mux"))).toEqual([]);
});

test.each([["HostName -oProxyCommand=id"], ["HostName a;id"], ["User -x"], ["User $(id)"], ["ProxyJump -x"]])(
  "%s in ssh_config is refused",
  async (line) => {
    using desk = await SshDesk.open();
    await expect(
      prepareAt(desk, { connection: { host: "box" }, sshConfig: `Host box\n  ${line}\n` }),
    ).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  },
);

test.each(
  [["/bin/sh"], ["/bin/bash"], ["/usr/bin/zsh"], ["/usr/bin/fish"], ["/usr/bin/tcsh"]].filter(
    ([shell = ""]) => existsSync(shell),
  ),
)("folders with spaces, quotes and signs work through a jump host where SHELL is %s", async (SHELL) => {
  await using way = await openWay(2, 'it\'s "a" \\ $HOME %h [x]! #{y} ');
  const [hop, target] = way.hosts;
  const others = [{ ...connectionTo(hop), name: "edge" }];
  const attempt = await way.desk.attempt({
    connection: { ...connectionTo(target), proxyJump: "edge" },
    others,
    env: { SHELL: SHELL ?? "" },
  });
  expect(attempt).toMatchObject({ exitStatus: 7, failure: undefined });
});

test("use_agent decides about the agent, key_path about the keys that are offered", async () => {
  using desk = await SshDesk.open();
  const keyPath = join(desk.folder, "50%% key");
  writeFileSync(keyPath, "", { mode: 0o600 });
  const agentless = effective(
    (await prepareAt(desk, { connection: { keyPath, useAgent: false } })).prepared.argv,
  );
  expect(agentless).toContain("identityagent none");
  expect(agentless).toContain("identitiesonly yes");
  const plain = effective((await prepareAt(desk, { connection: { useAgent: true } })).prepared.argv);
  expect(plain.filter((line) => line.startsWith("identityagent"))).toEqual([]);
  expect(plain).toContain("identitiesonly no");
});

test("files are 0600, named after the session, replace what was left, and go on removal", async () => {
  using desk = await SshDesk.open();
  const folder = join(desk.folder, "mux");
  mkdirSync(folder);
  for (const left of ["s1.hop3.conf", "s1.err", "s10.conf", "s1.extra.conf"])
    writeFileSync(join(folder, left), "left");
  const { prepared } = await prepareAt(desk, { connection: { proxyJump: "127.0.0.1:1" } });
  expect(readdirSync(folder).toSorted()).toEqual(["s1.conf", "s1.extra.conf", "s1.hop1.conf", "s10.conf"]);
  expect(statSync(join(folder, "s1.conf")).mode & 0o777).toBe(0o600);
  expect(Buffer.byteLength(prepared.controlPath)).toBeLessThanOrEqual(80);
  writeFileSync(prepared.controlPath, "stale");
  removeSshFiles(desk.folder, "S1");
  removeSshFiles(desk.folder, "s1");
  expect(readdirSync(folder).toSorted()).toEqual(["s1.extra.conf", "s10.conf"]);
});

async function prepareAt(desk: SshDesk, options: AttemptOptions): Promise<{ prepared: PreparedSsh }> {
  return { prepared: await prepareSsh(desk.request(options)) };
}

/** The settings that ssh itself would go by. */
function effective([ssh = "", ...args]: readonly string[]): string[] {
  const { stdout } = Bun.spawnSync([ssh, "-G", ...args], { env: { PATH: "/usr/bin:/bin" } });
  return stdout.toString().split("\n");
}

function connection(name: string, more: Partial<SshConnection> = {}): SshConnection {
  return { name, host: "127.0.0.1", sshOptions: {}, ...more };
}

function connectionTo(sshd: LoopbackSshd): SshConnection {
  return connection("web", {
    port: sshd.port,
    keyPath: sshd.clientKey,
    useAgent: false,
    sshOptions: { UserKnownHostsFile: sshd.knownHostsFile },
  });
}

function alias(name: string, sshd: LoopbackSshd, proxyJump?: string): string {
  return [
    `Host ${name}`,
    "  HostName 127.0.0.1",
    `  Port ${sshd.port}`,
    `  IdentityFile ${sshd.clientKey}`,
    `  UserKnownHostsFile ${sshd.knownHostsFile}`,
    ...(proxyJump === undefined ? [] : [`  ProxyJump ${proxyJump}`]),
    "",
  ].join("\n");
}

type Way = AsyncDisposable & {
  readonly hosts: readonly [LoopbackSshd, LoopbackSshd, LoopbackSshd];
  readonly desk: SshDesk;
};

async function openWay(count: 2 | 3, prefix?: string): Promise<Way> {
  const desk = await SshDesk.open(prefix);
  const [first, second] = await Promise.all([startLoopbackSshd(), startLoopbackSshd()]);
  const third = count === 3 ? await startLoopbackSshd() : second;
  return {
    hosts: [first, second, third],
    desk,
    async [Symbol.asyncDispose]() {
      desk[Symbol.dispose]();
      await Promise.all([first, second, third].map((sshd) => sshd[Symbol.asyncDispose]()));
    },
  };
}
