import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";

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
  const opened = await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  expect(opened.text).toContain("idle");
}, 30_000);

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const upload = (local: string, remote: string, more: Record<string, unknown> = {}) =>
  server.call("transfer_file", {
    session_name: "s",
    direction: "upload",
    local_path: local,
    remote_path: remote,
    ...more,
  });
const download = (remote: string, local: string, more: Record<string, unknown> = {}) =>
  server.call("transfer_file", {
    session_name: "s",
    direction: "download",
    local_path: local,
    remote_path: remote,
    ...more,
  });
const sha256 = (bytes: string | Uint8Array) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
const there = (name: string) => join(sshd.home, name);
const here = (name: string) => join(folder, name);
const partsIn = (path: string) => readdirSync(path).filter((name) => name.endsWith(".part"));

test("the folder for transfers is there for this user alone, and list_available_configs names it", async () => {
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect((await server.call("list_available_configs")).fields).toMatchObject({ transfer_dirs: [folder] });
});

test("a file goes up and comes back the same, with its checksum and both paths", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  writeFileSync(here("up.bin"), bytes, { mode: 0o640 });
  const sent = await upload("up.bin", "up.bin");
  expect(sent.fields).toMatchObject({
    success: true,
    message: expect.stringContaining("uploaded 50000 bytes"),
    bytes: 50_000,
    sha256: sha256(bytes),
    local_path: here("up.bin"),
    remote_path: there("up.bin"),
  });
  expect(sent.text).toContain("the host computes the same checksum");
  expect(readFileSync(there("up.bin")).equals(bytes)).toBe(true);
  expect(statSync(there("up.bin")).mode & 0o777).toBe(0o640);
  const got = await download("~/up.bin", here("back.bin"));
  expect(got.fields).toMatchObject({ bytes: 50_000, sha256: sha256(bytes), local_path: here("back.bin") });
  expect(readFileSync(here("back.bin")).equals(bytes)).toBe(true);
  expect(statSync(here("back.bin")).mode & 0o777).toBe(0o600);
  expect([...partsIn(folder), ...partsIn(sshd.home)]).toEqual([]);
});
