import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { testWhere } from "../support/test-where.ts";

setDefaultTimeout(300_000);

const gigabyte = 1_073_741_824;
const waitMs = 60_000;

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
let folder: string;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  folder = join(home.root, "transfers");
  home.writeConnections(McpHome.connection("lo", sshd));
  server = await home.start();
  await open();
  for (const place of [folder, sshd.home]) {
    makeSparse(join(place, "big"), gigabyte);
    makeSparse(join(place, "middling"), gigabyte / 16);
  }
  makeSparse(join(sshd.home, "quarter"), gigabyte / 4);
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const open = async () => {
  const opened = await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  expect(opened.text).toContain("idle");
};

const transfer = (
  direction: "upload" | "download",
  [local, remote]: readonly [string, string],
  options: Parameters<McpServer["call"]>[2] = {},
): Promise<ToolResult> =>
  server.call(
    "transfer_file",
    { session_name: "s", direction, local_path: local, remote_path: remote },
    { timeout: 200_000, ...options },
  );

function makeSparse(path: string, bytes: number): void {
  const descriptor = openSync(path, "w", 0o600);
  ftruncateSync(descriptor, bytes);
  closeSync(descriptor);
}

const parts = (path: string) => readdirSync(path).filter((name) => name.endsWith(".part"));

/** A file that is not whole yet, with a part of its content. */
const begun = (path: string) =>
  until(
    `a part in ${path}`,
    () => parts(path).find((name) => statSync(join(path, name)).size > 1_000_000),
    waitMs,
  );

const memoryPeakKb = () =>
  Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]);

testWhere(
  process.platform === "linux",
  "Linux",
  "1 GB goes up and a quarter of it comes down in flat memory, and the call tells how far it is",
  async () => {
    const messages: string[] = [];
    const onprogress = ({ message = "" }) => void messages.push(message);
    const sent = await transfer("upload", ["big", "sent"], { onprogress });
    expect(sent.fields).toMatchObject({ success: true, bytes: gigabyte });
    const got = await transfer("download", ["got", "quarter"]);
    expect(got.fields).toMatchObject({ success: true, bytes: gigabyte / 4 });
    expect(memoryPeakKb()).toBeLessThan(180_000);
    expect(messages.join("\n")).toMatch(/^waiting for 1 s(, \d+ of 1073741824 bytes)?$/m);
  },
);

test.each(["upload", "download"] as const)("a cancelled %s leaves nothing behind", async (direction) => {
  const target = direction === "upload" ? sshd.home : folder;
  const stop = new AbortController();
  const ended = transfer(
    direction,
    [direction === "upload" ? "big" : "cut", direction === "upload" ? "cut" : "big"],
    {
      signal: stop.signal,
    },
  ).catch((error: unknown) => error);
  await begun(target);
  stop.abort();
  await ended;
  await until("no part any more", () => parts(target).length === 0, waitMs);
  expect(readdirSync(target)).not.toContain("cut");
  expect((await server.call("list_connections")).text).toContain("idle");
});

test("what appears under the name during a transfer is not replaced", async () => {
  const ended = transfer("download", ["late", "middling"]);
  await begun(folder);
  await Bun.write(join(folder, "late"), "mine");
  expect((await ended).code).toBe("TRANSFER_REFUSED");
  expect(readFileSync(join(folder, "late"), "utf8")).toBe("mine");
  const sent = transfer("upload", ["middling", "late"]);
  await begun(sshd.home);
  await Bun.write(join(sshd.home, "late"), "theirs");
  expect((await sent).code).toBe("TRANSFER_REFUSED");
  expect(readFileSync(join(sshd.home, "late"), "utf8")).toBe("theirs");
  expect([...parts(folder), ...parts(sshd.home)]).toEqual([]);
});

test("a source that is changed while it is read is no success", async () => {
  const path = join(sshd.home, "changing");
  makeSparse(path, gigabyte / 16);
  const ended = transfer("download", ["changing", "changing"]);
  await begun(folder);
  const descriptor = openSync(path, "r+");
  await Bun.file(descriptor).writer().write("changed at its start");
  closeSync(descriptor);
  const result = await ended;
  expect(result.code).toBe("TRANSFER_FAILED");
  expect(result.text).toMatch("changed on the host");
  expect(readdirSync(folder).filter((name) => name.includes("changing"))).toEqual([]);
});

test("a connection that drops in the middle ends a download, and leaves nothing on this machine", async () => {
  const ended = transfer("download", ["dropped", "big"]);
  await begun(folder);
  await sshd.restart();
  const result = await ended;
  expect(result.code).toBe("TRANSFER_FAILED");
  expect(result.text).toMatch(/ended after \d+ of \d+ bytes/);
  expect(result.text).toContain("open_connection");
  expect(readdirSync(folder).filter((name) => name.includes("dropped"))).toEqual([]);
  expect((await transfer("download", ["dropped", "big"])).code).toBe("SESSION_DISCONNECTED");
  await open();
});

test("where it drops during an upload, the answer names the partial file", async () => {
  const ended = transfer("upload", ["big", "dropped"]);
  const part = await begun(sshd.home);
  await sshd.restart();
  const result = await ended;
  expect(result.code).toBe("TRANSFER_FAILED");
  expect(result.text).toContain(join(sshd.home, part));
  expect(readdirSync(sshd.home)).not.toContain("dropped");
  await open();
});
