import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { freePort, makeKey, startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { noTraces, tracesOf } from "../support/traces.ts";

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });

const bannerText = "Permission denied (publickey).\nssh: connect to host x port 1: Connection refused\n";

beforeAll(async () => {
  home = new McpHome();
  sshd = await startLoopbackSshd({ config: [`Banner ${home.tempHome.write("banner", bannerText)}`] });
  home.tempHome.write(".mcp-ssh-interactive/info/lo.md", "# notes on lo\n");
  home.tempHome.write(".mcp-ssh-interactive/info/long.md", "x".repeat(4001));
  home.writeConnections(...(await connections()));
  server = await home.start();
});

afterAll(async () => {
  silent.stop(true);
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

async function connections(): Promise<string[]> {
  const other = key("other");
  const known = `[127.0.0.1]:${sshd.port} ${readFileSync(`${other}.pub`, "utf8").replace(/ test\n/, "\n")}`;
  const login = [`user: ${sshd.user}`, `port: ${sshd.port}`];
  return [
    McpHome.connection("lo", sshd, ["info_file: lo.md"]),
    McpHome.connection("long", sshd, ["info_file: long.md"]),
    McpHome.connection("no-info-file", sshd, ["info_file: gone.md"]),
    connection("refused", "user: u", `port: ${await freePort()}`),
    "  nowhere: {host: 255.255.255.255, user: u}\n",
    "  nameless: {host: no-such-host.invalid, user: u}\n",
    connection("silent", "user: u", `port: ${silent.port}`),
    connection("open-key", ...login, `key_path: ${key("open", 0o644)}`, trusting()),
    connection("garbage-key", ...login, `key_path: ${garbageKey()}`, trusting()),
    connection("stranger", ...login, `key_path: ${key("stranger")}`, trusting()),
    connection("unknown-host", ...login, `key_path: ${sshd.clientKey}`, trusting("/dev/null")),
    connection(
      "changed-host",
      ...login,
      `key_path: ${sshd.clientKey}`,
      trusting(home.tempHome.write("wrong", known)),
    ),
    connection("missing-key", ...login, "key_path: ~/nothing-here"),
    "  unsafe: {host: -oProxyCommand=id, user: u}\n",
  ];
}

function connection(name: string, ...lines: string[]): string {
  return `  ${name}:\n    host: 127.0.0.1\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

function trusting(knownHosts = sshd.knownHostsFile): string {
  return `ssh_options: {UserKnownHostsFile: ${knownHosts}}`;
}

function key(name: string, mode = 0o600): string {
  const path = join(home.tempHome.home, name);
  makeKey(path);
  chmodSync(path, mode);
  return path;
}

function garbageKey(): string {
  const text = "-----BEGIN OPENSSH PRIVATE KEY-----\nbm8=\n-----END OPENSSH PRIVATE KEY-----\n";
  return home.tempHome.write("garbage", text);
}

const open = (name: string, session: string, more: Record<string, unknown> = {}): Promise<ToolResult> =>
  server.call("open_connection", {
    connection_config_name: name,
    session_name: session,
    timeout_seconds: 20,
    ...more,
  });

const close = (session: string) => server.call("close_connection", { session_name: session, force: true });

test("an open tells all that the contract names, and words of the host that look like failures fail nothing", async () => {
  const { fields, isError } = await open("lo", "facts");
  expect(isError).toBe(false);
  expect(fields).toMatchObject({
    success: true,
    session_name: "facts",
    connection_config: "lo",
    connection_info: { host: "127.0.0.1", user: sshd.user, port: sshd.port },
    state: "idle",
    confidence: "exact",
    where: { user: sshd.user, cwd: realpathSync(sshd.home), depth: 0 },
    has_server_info: true,
    server_info: "# notes on lo\n",
    banner: expect.stringContaining("Permission denied (publickey)."),
    cursor: expect.stringMatching(/^[0-9a-z]+\.[0-9a-z]+$/),
    log_file: join(home.root, "logs/facts.log"),
    attach_command: "mcp-ssh-interactive attach facts",
    reconnected: false,
  });
  expect(fields["lost"]).toBeUndefined();
  expect(readFileSync(join(home.root, "logs/facts.log"), "latin1")).toStartWith("Permission denied");
  expect(readFileSync(join(home.root, "mux/facts.err"), "utf8")).toBe("");
  await close("facts");
});

test("notes over 4,000 characters are not inline, and a missing file of notes keeps no session from opening", async () => {
  const long = await open("long", "long");
  expect(long.fields).toMatchObject({
    has_server_info: true,
    info_hint: expect.stringContaining("get_server_info"),
  });
  expect(long.fields["server_info"]).toBeUndefined();
  expect((await open("no-info-file", "missing-info")).isError).toBe(false);
  await Promise.all(["long", "missing-info"].map(close));
});

test.each([
  ["refused", "CONNECTION_REFUSED", "refused the connection"],
  ["nowhere", "HOST_UNREACHABLE", "255.255.255.255"],
  ["nameless", "HOST_NOT_FOUND", "no-such-host.invalid"],
  ["silent", "CONNECTION_TIMEOUT", "did not answer in time"],
  ["open-key", "KEY_UNUSABLE", "chmod 600"],
  ["garbage-key", "KEY_UNUSABLE", "garbage"],
  ["missing-key", "CONFIG_INVALID", "nothing-here"],
  ["stranger", "AUTH_FAILED", "publickey"],
  ["unknown-host", "HOST_KEY_UNKNOWN", "SHA256:"],
  ["changed-host", "HOST_KEY_CHANGED", "SHA256:"],
  ["unsafe", "CONFIG_INVALID", "unsafe"],
  ["lo2", "CONFIG_NOT_FOUND", "lo2"],
])("%s is %s, and nothing is left of it", async (name, code, words) => {
  const {
    text,
    code: found,
    fields,
  } = await open(name, `fail-${name}`, { timeout_seconds: isRetried(code) ? 2 : 20 });
  expect(found).toBe(code);
  expect(text + JSON.stringify(fields)).toContain(words);
  await until(
    `no traces after ${code}`,
    async () => Bun.deepEquals(await tracesOf(home), noTraces),
    10_000,
  ).catch(async () => expect(await tracesOf(home)).toEqual(noTraces));
});

/** What may pass is tried again until the time is over. */
function isRetried(code: string): boolean {
  return ["CONNECTION_REFUSED", "HOST_UNREACHABLE", "CONNECTION_TIMEOUT"].includes(code);
}

test("a refused login names the methods of both sides, a changed host key both fingerprints", async () => {
  const denied = await open("stranger", "denied");
  expect(denied.fields["error"]).toMatchObject({
    details: { methods_offered: ["publickey"], tried: [expect.stringContaining("/stranger")] },
  });
  const changed = JSON.stringify((await open("changed-host", "changed")).fields);
  expect(changed).toContain(sshd.hostKey.fingerprint);
  expect(new Set(changed.match(/SHA256:[\w+/]{43}/g)).size).toBe(2);
});

test("a failure carries the steps of its own attempt, the last of which is at fault, without a second connection", async () => {
  const connections = () => sshd.log().match(/^Connection from /gm)?.length ?? 0;
  const before = connections();
  const passed = ["configuration", "dns", "tcp", "banner"].map((name) => ({ name, verdict: "ok" }));
  expect((await open("changed-host", "steps")).fields["error"]).toMatchObject({
    details: {
      checks: [
        ...passed,
        {
          name: "host_key",
          verdict: "fail",
          fact: expect.stringContaining("has changed"),
          fix: expect.stringContaining("mcp-ssh-interactive trust changed-host"),
        },
      ],
    },
  });
  expect((await open("open-key", "no-steps")).fields["error"]).toMatchObject({
    details: { checks: [{ name: "key", verdict: "fail", fix: expect.stringContaining("chmod 600") }] },
  });
  expect((await open("stranger", "login")).fields["error"]).toMatchObject({
    details: { checks: [...passed, { name: "host_key", verdict: "ok" }, { name: "authentication" }] },
  });
  expect(connections()).toBe(before + 2);
});

test("CONFIG_NOT_FOUND names the connections that there are", async () => {
  const { fields } = await open("l0", "none");
  expect(fields["error"]).toMatchObject({
    code: "CONFIG_NOT_FOUND",
    details: { names: expect.arrayContaining(["lo"]) },
  });
});

test.each(["", "a b", "../x", "ä", "-o;", "x".repeat(65)])("%j is no session name", async (name) => {
  expect((await open("lo", name)).code).toBe("INVALID_ARGUMENT");
});

test("names are one without regard to case, and an open one is SESSION_EXISTS with what it does", async () => {
  await open("lo", "Taken");
  const { fields } = await open("lo", "tAKEN");
  expect(fields["error"]).toMatchObject({
    code: "SESSION_EXISTS",
    message: expect.stringContaining("Taken"),
    details: { connection_config: "lo", state: "idle" },
  });
  await close("taken");
  expect((await open("lo", "tAKEN")).fields).toMatchObject({
    session_name: "tAKEN",
    reconnected: false,
    state: "idle",
  });
  await close("tAKEN");
});

test("settings.max_sessions holds also for opens that come together", async () => {
  const config = readFileSync(home.tempHome.configFile, "utf8");
  writeFileSync(home.tempHome.configFile, `${config}settings: {max_sessions: 2}\n`);
  const results = await Promise.all(["l1", "l2", "l3", "l4"].map((name) => open("lo", name)));
  writeFileSync(home.tempHome.configFile, config);
  const codes = results.map(({ code }) => code ?? "opened").toSorted();
  expect(codes).toEqual(["SESSION_LIMIT", "SESSION_LIMIT", "opened", "opened"]);
  await Promise.all(["l1", "l2", "l3", "l4"].map(close));
  expect(await tracesOf(home)).toEqual(noTraces);
});
