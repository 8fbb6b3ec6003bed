import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { copyFileSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { binary } from "../../binary/binary.ts";
import { runDoctor, type Check } from "../../support/doctor-run.ts";
import { freePort, makeKey, startLoopbackSshd, type LoopbackSshd } from "../../support/loopback-sshd.ts";
import { McpHome } from "../../support/mcp-server.ts";
import { until } from "../../support/private-tmux.ts";

let sshd: LoopbackSshd;
beforeAll(async () => {
  sshd = await startLoopbackSshd();
});
afterAll(() => sshd[Symbol.asyncDispose]());

let home: McpHome;
beforeEach(() => {
  home = new McpHome();
});
afterEach(() => home[Symbol.asyncDispose]());

const steps = ["configuration", "dns", "tcp", "banner", "host_key", "authentication", "shell", "integration"];

/** The checks of one connection. */
async function checksOf(name: string): Promise<Check[]> {
  const { checks, healthy } = await runDoctor(home.env, name);
  const found = checks.filter(({ connection }) => connection === name);
  expect(healthy).toBe(found.every(({ verdict }) => verdict !== "fail"));
  expectNoTraces();
  return found;
}

function expectNoTraces(): void {
  for (const folder of ["logs", "mux", "locks"]) {
    const names = existsSync(join(home.root, folder)) ? readdirSync(join(home.root, folder)) : [];
    expect(names.filter((name) => name.startsWith("doctor"))).toEqual([]);
  }
  const state = existsSync(join(home.root, "state.json"))
    ? readFileSync(join(home.root, "state.json"), "utf8")
    : "";
  expect(state).not.toContain("doctor");
  expect(home.tmux("list-sessions")).not.toContain("doctor");
}

/** All steps before the one at fault were well, and it is the last. */
function expectStop(checks: readonly Check[], step: string, words: string, fix: string | RegExp): void {
  const last = checks.at(-1);
  expect(checks.slice(0, -1).map(({ verdict }) => verdict)).toEqual(checks.slice(1).map(() => "ok"));
  expect(last).toMatchObject({
    name: step,
    verdict: "fail",
    fact: expect.stringContaining(words),
    fix: typeof fix === "string" ? expect.stringContaining(fix) : expect.stringMatching(fix),
  });
}

function at(name: string, host: Partial<LoopbackSshd>, more: readonly string[] = []): string {
  const { user, port, clientKey, knownHostsFile } = { ...pick(sshd), ...host };
  return McpHome.connection(name, { user, port, clientKey, knownHostsFile }, more);
}

test("a connection that works passes every step, and leaves no trace of having been tried", async () => {
  home.writeConnections(at("lo", {}));
  const checks = await checksOf("lo");
  expect(checks.map(({ name, verdict }) => [name, verdict])).toEqual(steps.map((name) => [name, "ok"]));
  expect(checks[0]?.fact).toContain(`${sshd.user}@127.0.0.1 port ${sshd.port}`);
  expect(checks[4]?.fact).toContain(sshd.hostKey.fingerprint);
});

test("--all tries every connection", async () => {
  home.writeConnections(at("one", {}), at("two", {}));
  const { checks, exitCode } = await runDoctor(home.env, "--all");
  const tried = new Set(checks.flatMap(({ connection = [] }) => connection));
  expect({ tried: [...tried], exitCode }).toEqual({ tried: ["one", "two"], exitCode: 0 });
});

test("a ssh_config that ssh refuses stops at the configuration", async () => {
  home.tempHome.write(".ssh/config", "Host *\n  NoSuchKeyword yes\n");
  home.writeConnections(at("lo", {}));
  expectStop(await checksOf("lo"), "configuration", "ssh refuses the configuration", "ssh_config");
});

test("a name that nobody has stops at dns", async () => {
  home.writeConnections("  web: {host: no-such-host.invalid, user: me}\n");
  expectStop(await checksOf("web"), "dns", "no host has the name no-such-host.invalid", "`host` of web");
});

test("a closed port stops at tcp", async () => {
  home.writeConnections(at("web", { port: await freePort() }));
  const checks = await checksOf("web");
  expectStop(checks, "tcp", "refused the connection", "systemctl start ssh");
  expect(checks.map(({ name }) => name)).toEqual(["configuration", "dns", "tcp"]);
});

test("an address without a route stops at tcp", async () => {
  home.writeConnections("  web: {host: 255.255.255.255, user: me}\n");
  expectStop(await checksOf("web"), "tcp", "is unreachable", "network");
});

test("a port where something else hangs up stops at the banner, after one try", async () => {
  let tries = 0;
  const open = (socket: { end(): void }) => {
    tries++;
    socket.end();
  };
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {}, open } });
  home.writeConnections(at("web", { port: listener.port }));
  expectStop(await checksOf("web"), "banner", "the connection before its greeting", "sshd log");
  expect(tries).toBe(1);
});

test("a port where nobody speaks stops at the banner within its time", async () => {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  home.writeConnections(at("web", { port: listener.port }));
  expectStop(
    await checksOf("web"),
    "banner",
    "did not answer in time, before its greeting",
    "sshd listens there",
  );
});

test("an unknown host key stops there, and trust mends it", async () => {
  const knownHostsFile = home.tempHome.write("known_hosts", "");
  home.writeConnections(at("web", { knownHostsFile }));
  const checks = await checksOf("web");
  expectStop(checks, "host_key", sshd.hostKey.fingerprint, /mcp-ssh-interactive trust web$/);
  copyFileSync(sshd.knownHostsFile, knownHostsFile);
  expect((await checksOf("web")).at(-1)).toMatchObject({ name: "integration", verdict: "ok" });
});

test("another host key than the one on record stops there, and says that it may be an attack", async () => {
  await using other = await startLoopbackSshd();
  await other.rotateHostKey();
  home.writeConnections(at("web", other));
  expectStop(await checksOf("web"), "host_key", "has changed", "This may be an attack");
});

test("no algorithm in common stops there", async () => {
  await using other = await startLoopbackSshd({ config: ["Ciphers aes128-ctr"] });
  home.tempHome.write(".ssh/config", "Ciphers aes256-ctr\n");
  home.writeConnections(at("web", other));
  expectStop(await checksOf("web"), "host_key", "has no cipher in common", "Ciphers");
});

test("a key that the host does not know stops at the authentication, after one attempt", async () => {
  await using other = await startLoopbackSshd();
  const clientKey = join(home.tempHome.home, "stranger");
  makeKey(clientKey);
  home.writeConnections(at("web", { ...pick(other), clientKey }));
  const before = connectionsTo(other);
  expectStop(await checksOf("web"), "authentication", "denied the login", "authorized_keys");
  expect(connectionsTo(other)).toBe(before + 1);
});

test("an encrypted key that the host knows stops at the authentication, and names ssh-add", async () => {
  await using other = await startLoopbackSshd();
  const clientKey = join(home.tempHome.home, "locked");
  makeKey(clientKey, "opensesame");
  copyFileSync(`${clientKey}.pub`, join(other.folder, "authorized_keys"));
  home.writeConnections(at("web", { ...pick(other), clientKey }));
  expectStop(await checksOf("web"), "authentication", "is encrypted and no agent holds it", "ssh-add");
});

test("a password that only a human knows is a warning, and nothing is typed", async () => {
  await using other = await startLoopbackSshd({
    config: ["PubkeyAuthentication no", "PasswordAuthentication yes"],
  });
  home.writeConnections(at("web", other, ["password: {ask: true}"]));
  const checks = await checksOf("web");
  expect(checks.at(-1)).toMatchObject({
    name: "authentication",
    verdict: "warn",
    fact: expect.stringContaining("a human must answer"),
    fix: expect.stringContaining("mcp-ssh-interactive answer"),
  });
});

test("a jump host at fault is named, and the host behind it not tried", async () => {
  home.writeConnections(at("edge", { port: await freePort() }), at("web", {}, ["proxy_jump: edge"]));
  const checks = await checksOf("web");
  expectStop(checks, "tcp", "jump host edge", "`port` of edge");
  expect(checks.at(-1)?.host).toBe("edge");
});

test("what a jump host says of the host behind it stops at that host", async () => {
  home.writeConnections(at("edge", {}), at("web", { port: await freePort() }, ["proxy_jump: edge"]));
  const checks = await checksOf("web");
  expectStop(checks, "tcp", "jump host edge says that web refuses the connection", "as seen from");
  expect(checks.at(-1)?.host).toBeUndefined();
  expect(checks.filter(({ host }) => host === "edge").map(({ name }) => name)).toEqual(steps.slice(1, 6));
});

test("an account whose shell ends at once stops at the shell", async () => {
  await using other = await startLoopbackSshd({ config: ["ForceCommand exit 3"] });
  home.writeConnections(at("web", other));
  expectStop(await checksOf("web"), "shell", "ended the session at once with status 3", "login shell");
});

test("nothing is typed where shell_integration is never, and the prompt is what is told", async () => {
  const typed = join(sshd.home, "typed");
  await using other = await startLoopbackSshd({
    config: [`ForceCommand printf '$ '; head -c 1 >${typed}`],
  });
  home.writeConnections(at("quiet", other, ["shell_integration: never"]), at("loud", other));
  const checks = await checksOf("quiet");
  expect(checks.at(-1)).toMatchObject({
    name: "integration",
    verdict: "ok",
    fact: expect.stringContaining("nothing was typed"),
  });
  expect(checks.at(-2)).toMatchObject({ name: "shell", verdict: "ok", fact: "a prompt waits" });
  expect(readFileSync(typed, "utf8")).toBe("");
  const loud = await checksOf("loud");
  expect(loud.at(-1)).toMatchObject({
    name: "integration",
    verdict: "warn",
    fix: expect.stringContaining("shell_integration: always"),
  });
  await until("the marks were typed", () => readFileSync(typed, "utf8") !== "");
});

test("a menu without a prompt is told as such", async () => {
  await using other = await startLoopbackSshd({
    config: ["ForceCommand echo '1) start 2) stop'; cat >/dev/null"],
  });
  home.writeConnections(at("web", other));
  expect(await checksOf("web")).toContainEqual(
    expect.objectContaining({
      name: "shell",
      verdict: "warn",
      fact: expect.stringContaining("no prompt was recognised"),
    }),
  );
});

test.each([
  ["a name that no connection has", "wbe", "no connection is named"],
  ["a connection with a fault", "web", "unknown key"],
])("%s is told without a try", async (_, name, words) => {
  home.tempHome.writeConfig("connections:\n  web: {host: web, prot: 1}\n");
  const checks = await checksOf(name);
  expect(checks).toMatchObject([
    { name: "connection", verdict: "fail", fact: expect.stringContaining(words) },
  ]);
});

test("without ssh no connection is tried", async () => {
  home.writeConnections(at("lo", {}));
  const { checks } = await runDoctor({ ...home.env, PATH: "/nonexistent" }, "lo");
  expect(checks.filter(({ connection }) => connection === "lo")).toMatchObject([
    { name: "connection", verdict: "fail", fact: expect.stringContaining("it cannot be tried") },
  ]);
});

test("Ctrl+C ends the try and leaves nothing", async () => {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  home.writeConnections(at("web", { port: listener.port }));
  const child = Bun.spawn([binary, "doctor", "web"], {
    env: home.env,
    cwd: "/",
    stdout: "pipe",
    stderr: "pipe",
  });
  await until("the try has begun", () => home.tmux("list-sessions").includes("doctor"), 20_000);
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
  expectNoTraces();
});

function connectionsTo(server: LoopbackSshd): number {
  return server.log().match(/^Connection from 127\.0\.0\.1 .* on /gm)?.length ?? 0;
}

function pick({ user, port, clientKey, knownHostsFile }: LoopbackSshd) {
  return { user, port, clientKey, knownHostsFile };
}
