import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  LoggingMessageNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";

setDefaultTimeout(60_000);

const secret = "correct-horse-battery";
let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome({ SECRET: secret });
  home.writeConnections(
    McpHome.connection("lo", sshd, ["info_file: lo.md", "secrets: {sudo: {env: SECRET}}"]),
    McpHome.connection("plain", sshd),
  );
  writeFileSync(join(home.root, "info/lo.md"), `# Lo\n\nThe password is ${secret}.\n`, { mode: 0o600 });
  server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "web" });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

async function read(uri: string, from = server): Promise<{ text: string; mimeType: string | undefined }> {
  const { contents } = await from.client.readResource({ uri });
  const [content] = contents;
  if (contents.length !== 1 || content === undefined || !("text" in content)) throw new Error("not one text");
  expect(content.uri).toBe(uri);
  return { text: content.text, mimeType: content.mimeType };
}

function run(command: string, from = server) {
  return from.call("execute_command", { session_name: "web", command, wait_seconds: 20 });
}

function fencedText(text: string): string {
  const match = /<<remote ([A-Z0-9]{4})\n([^]*)\n\1>>$/.exec(text);
  if (match === null) throw new Error(`no fence in ${text.slice(0, 300)}`);
  return match[2] ?? "";
}

test("notes and the files of open sessions are listed with their kinds and sizes, and templates for all", async () => {
  const { resources } = await server.client.listResources();
  expect(resources.map(({ uri, mimeType }) => `${uri} ${mimeType}`)).toEqual([
    "ssh://configs/lo/info text/markdown",
    "ssh://sessions/web/log text/plain",
    "ssh://sessions/web/screen text/plain",
    "ssh://sessions/web/ledger application/json",
  ]);
  expect(resources[0]?.size).toBe(45);
  expect(resources[1]?.size).toBeGreaterThan(0);
  const { resourceTemplates } = await server.client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
    "ssh://configs/{name}/info",
    "ssh://sessions/{name}/log{?cursor}",
    "ssh://sessions/{name}/screen",
    "ssh://sessions/{name}/ledger{?cursor}",
  ]);
});

test("notes, output, screen and ledger come fenced, and known secrets in none of them", async () => {
  await run(`echo the word is ${secret}`);
  const info = await read("ssh://configs/lo/info");
  expect(info.mimeType).toBe("text/markdown");
  expect(info.text).toMatch(/^<<info ([A-Z0-9]{4})\n# Lo\n\nThe password is •••\.\n\n\1>>$/);
  const log = await read("ssh://sessions/web/log");
  expect(fencedText(log.text)).toContain("\nthe word is •••\n");
  const screen = await read("ssh://sessions/web/screen");
  expect(fencedText(screen.text)).toContain("the word is •••");
  const ledger = await read("ssh://sessions/web/ledger");
  expect(ledger.mimeType).toBe("application/json");
  const facts = JSON.parse(ledger.text);
  expect(facts.commands.at(-1)).toMatchObject({
    command: "echo the word is •••",
    exit_code: 0,
    client: "test 1",
  });
  for (const { text } of [info, log, screen, ledger]) expect(text).not.toContain(secret);
});

test("a long log is read whole in pages of bounded size, each naming the next", async () => {
  await run("seq -f 'row %.0f of many' 1 9000");
  const first = /the first page: (\S+)/.exec((await read("ssh://sessions/web/log")).text)?.[1];
  const lines: string[] = [];
  let pages = 0;
  for (let next = first; next !== undefined; pages++) {
    const { text } = await read(next);
    expect(text.length).toBeLessThan(45_000);
    lines.push(...fencedText(text).split("\n"));
    next = /next page: (\S+)/.exec(text.split("\n")[0] ?? "")?.[1];
  }
  expect(pages).toBeGreaterThan(4);
  const rows = lines.filter((line) => /^row \d+ of many$/.test(line));
  expect(rows).toEqual(Array.from({ length: 9000 }, (_, index) => `row ${index + 1} of many`));
});

test("a secret that is broken into lines is masked too where a page begins within it", async () => {
  const broken =
    Buffer.from(secret)
      .toString("base64")
      .replace(/=+$/, "")
      .match(/.{1,8}/g) ?? [];
  const before = String((await run("true")).fields["cursor"]);
  writeFileSync(join(sshd.home, "broken"), `${broken.join("\n")}\n`);
  await run("cat ~/broken");
  const [incarnation, offset = ""] = before.split(".");
  const whole = fencedText((await read(`ssh://sessions/web/log?cursor=${before}`)).text);
  expect(whole).toContain("•••");
  for (let more = 40; more < 140; more += 3) {
    const cursor = `${incarnation}.${(Number.parseInt(offset, 36) + more).toString(36)}`;
    const { text } = await read(`ssh://sessions/web/log?cursor=${cursor}`);
    for (const piece of broken.slice(1, -1)) expect(text).not.toContain(piece);
  }
});

test("the ledger goes on behind a command; what is not there, or no cursor, is told by its code", async () => {
  const before = (await run("echo one")).fields["command_id"];
  await run("echo two");
  const { text } = await read(`ssh://sessions/web/ledger?cursor=${before}`);
  expect(JSON.parse(text).commands.map(({ command }: { command: string }) => command)).toEqual(["echo two"]);
  const codeOf = (uri: string) =>
    server.client.readResource({ uri }).then(
      () => 0,
      (error) => error.code,
    );
  expect(await codeOf("ssh://sessions/none/log")).toBe(-32002);
  expect(await codeOf("ssh://configs/plain/info")).toBe(-32002);
  expect(await codeOf("ssh://configs/none/info")).toBe(-32002);
  expect(await codeOf("file:///etc/passwd")).toBe(-32002);
  expect(await codeOf("ssh://sessions/web/log/../../state.json")).toBe(-32002);
  expect(await codeOf("ssh://sessions/web/log?cursor=zz.9")).toBe(-32602);
  expect(await codeOf("ssh://sessions/web/ledger?cursor=c99999")).toBe(-32002);
});

test("who subscribes is told of output at once and then at most once a second, and no more after unsubscribing", async () => {
  const times: number[] = [];
  const uris = new Set<string>();
  server.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    times.push(performance.now());
    uris.add(params.uri);
  });
  await server.client.subscribeResource({ uri: "ssh://sessions/web/log" });
  const startedAtMs = performance.now();
  await run("for i in $(seq 30); do echo $i; sleep 0.1; done");
  const tookMs = performance.now() - startedAtMs;
  await until("an update", async () => times.length > 1, 5_000);
  expect([...uris]).toEqual(["ssh://sessions/web/log"]);
  expect(times.length).toBeLessThanOrEqual(Math.ceil(tookMs / 1_000) + 1);
  await server.client.unsubscribeResource({ uri: "ssh://sessions/web/log" });
  const count = times.length;
  await run("echo more");
  await server.client.ping();
  expect(times.length).toBe(count);
});

test("notes and the ledger are watched too; a session that is not there is not", async () => {
  const uris: string[] = [];
  server.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    uris.push(params.uri);
  });
  await server.client.subscribeResource({ uri: "ssh://configs/lo/info" });
  await server.client.subscribeResource({ uri: "ssh://sessions/web/ledger" });
  appendFileSync(join(home.root, "info/lo.md"), "more\n");
  await until("word of the notes", async () => uris.includes("ssh://configs/lo/info"), 5_000);
  await run("true");
  await until("word of the ledger", async () => uris.includes("ssh://sessions/web/ledger"), 5_000);
  expect(server.client.subscribeResource({ uri: "ssh://sessions/none/log" })).rejects.toThrow(
    /SESSION_NOT_FOUND/,
  );
});

test("a client that has listed is told of sessions and hosts that come and go, by whichever process", async () => {
  const told: string[] = [];
  const words: unknown[] = [];
  server.client.setNotificationHandler(
    ResourceListChangedNotificationSchema,
    () => void told.push("changed"),
  );
  server.client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void words.push(params.data),
  );
  const other = await home.start();
  await other.call("open_connection", { connection_config_name: "plain", session_name: "second" });
  await until("word of the session", async () => told.length > 0, 5_000);
  const names = async () => (await server.client.listResources()).resources.map(({ uri }) => uri);
  expect(await names()).toContain("ssh://sessions/second/log");
  const before = told.length;
  await other.call("close_connection", { session_name: "second", force: true });
  await until("word of its end", async () => told.length > before, 5_000);
  expect(await names()).not.toContain("ssh://sessions/second/log");
  const again = told.length;
  writeFileSync(join(home.root, "info/plain.md"), "# Plain\n\nNew.\n", { mode: 0o600 });
  home.writeConnections(
    McpHome.connection("lo", sshd, ["info_file: lo.md", "secrets: {sudo: {env: SECRET}}"]),
    McpHome.connection("plain", sshd, ["info_file: plain.md"]),
  );
  await until("word of the host", async () => told.length > again, 5_000);
  expect(await names()).toContain("ssh://configs/plain/info");
  expect(words).toContain("session second came");
  expect(words).toContain("session second went");
});

test("a client that never asked for a list or a subscription leaves no watch behind", async () => {
  const quiet = await home.start();
  await quiet.call("list_connections");
  expect(watchesOf(quiet.pid)).toBe(0);
  await quiet.client.listResources();
  await quiet.client.subscribeResource({ uri: "ssh://sessions/web/log" });
  expect(watchesOf(quiet.pid)).toBeGreaterThan(0);
});

/** inotify descriptors that hold a watch; where the system has no /proc there is nothing to see. */
function watchesOf(pid: number): number {
  const text = Bun.spawnSync(["sh", "-c", `cat /proc/${pid}/fdinfo/* 2>/dev/null`]).stdout.toString();
  return text.match(/^inotify wd:/gm)?.length ?? 0;
}

test("the client's level holds back what is below it", async () => {
  const words: unknown[] = [];
  await server.client.setLoggingLevel("error");
  server.client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void words.push(params.data),
  );
  let isTold = false;
  server.client.setNotificationHandler(ResourceListChangedNotificationSchema, () => void (isTold = true));
  await server.client.listResources();
  await server.call("open_connection", { connection_config_name: "plain", session_name: "third" });
  await until("word of the session", async () => isTold, 5_000);
  expect(words).toEqual([]);
  await server.call("close_connection", { session_name: "third", force: true });
  rmSync(join(home.root, "info/plain.md"));
});
