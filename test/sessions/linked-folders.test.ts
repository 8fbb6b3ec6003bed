import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";

let sshd: LoopbackSshd;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
});
afterAll(() => sshd[Symbol.asyncDispose]());

function freshHome(): McpHome {
  const home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  return home;
}

function makeFolder(home: McpHome, name: string): string {
  const path = join(home.tempHome.home, name);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

const open = (server: McpServer) =>
  server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
const run = (server: McpServer, command: string, wait_seconds = 20) =>
  server.call("execute_command", { session_name: "s", command, wait_seconds });

const expectExact = async (server: McpServer, word: string) =>
  expect((await run(server, `echo ${word}`)).fields).toMatchObject({ output: word, exit_code: 0 });

const refusal = { code: "STORAGE_FAILED", text: expect.stringContaining("is a link that leads elsewhere") };

test("logs/ may be a link that was made before, and what it leads to under way is not followed", async () => {
  await using home = freshHome();
  const [disk, other] = [makeFolder(home, "disk"), makeFolder(home, "other")];
  const logs = join(home.root, "logs");
  rmSync(logs, { recursive: true });
  symlinkSync(disk, logs);
  const server = await home.start();
  await open(server);
  await expectExact(server, "before");
  expect(readdirSync(disk)).toContain("s.log");
  rmSync(logs);
  symlinkSync(other, logs);
  expect(await run(server, "echo refused")).toMatchObject(refusal);
  expect(await server.call("get_terminal_output", { session_name: "s" })).toMatchObject(refusal);
  expect(await server.call("list_connections")).toMatchObject(refusal);
  rmSync(logs);
  symlinkSync(disk, logs);
  await expectExact(server, "after");
  expect(readdirSync(other)).toEqual([]);
});

test("a folder that becomes a link ends what waits, nothing is written where it leads, and nothing is lost", async () => {
  await using home = freshHome();
  const [aside, other] = [join(home.tempHome.home, "aside"), makeFolder(home, "other")];
  const server = await home.start();
  await open(server);
  const swapped = async (name: string, meanwhile: () => Promise<void>) => {
    const path = join(home.root, name);
    renameSync(path, aside);
    symlinkSync(other, path);
    await meanwhile();
    rmSync(path);
    renameSync(aside, path);
  };
  await run(server, "until [ -e go ]; do sleep 0.02; done; seq 1 2000; (exit 3)", 0);
  const { promise: isWaiting, resolve } = Promise.withResolvers<void>();
  const call = { session_name: "s", command_id: "c1", wait_seconds: 20 };
  const waits = server.call("get_terminal_output", call, { onprogress: () => resolve() });
  await isWaiting;
  await swapped("logs", async () => {
    writeFileSync(join(sshd.home, "go"), "");
    expect(await waits).toMatchObject(refusal);
    expect(await open(server)).toMatchObject(refusal);
  });
  const ended = await server.call("get_terminal_output", call);
  expect(ended.fields).toMatchObject({ exit_code: 3, total_lines: 2_000 });
  expect(ended.fields["bytes_missed"]).toBeUndefined();
  for (const name of ["locks", "approvals"])
    await swapped(name, async () => expect(await run(server, "echo refused")).toMatchObject(refusal));
  expect(readdirSync(other)).toEqual([]);
  await expectExact(server, "after");
});
