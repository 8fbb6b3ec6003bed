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

test.each([
  "with two  spaces",
  `it's "quoted" \\ & $(x) \`y\` !z`,
  "line\nend",
  "ends in a line end\n",
  "日本語 é 😀",
  "-rf",
  "~tilde",
  "*?[a]{b}",
  `${"n".repeat(250)}.long`,
])("the name %p goes up and comes back", async (name) => {
  writeFileSync(here(name), `content of ${name}`);
  const sent = await upload(name, name);
  expect(sent.text).toContain("the host computes the same checksum");
  expect(readFileSync(there(name), "utf8")).toBe(`content of ${name}`);
  const got = await download(name, `back ${name}`.slice(0, 200));
  expect(got.text).toContain("the host computes the same checksum");
  expect(readFileSync(here(`back ${name}`.slice(0, 200)), "utf8")).toBe(`content of ${name}`);
});

test("an empty file is a file", async () => {
  writeFileSync(here("empty"), "");
  expect((await upload("empty", "empty")).fields).toMatchObject({ bytes: 0, sha256: sha256("") });
  expect((await download("empty", "empty-back")).fields).toMatchObject({ bytes: 0, sha256: sha256("") });
  expect(statSync(here("empty-back")).size).toBe(0);
});

test("a file whose size the host does not tell is read to its end", async () => {
  const got = await download("/proc/version", "version");
  expect(readFileSync(here("version"), "utf8")).toBe(readFileSync("/proc/version", "utf8"));
  expect(got.fields).toMatchObject({ sha256: sha256(readFileSync("/proc/version")) });
});

test("what exists is replaced only where that is asked for, and keeps its mode then", async () => {
  writeFileSync(here("new"), "new");
  writeFileSync(there("old"), "old");
  chmodSync(there("old"), 0o604);
  const refusedThere = await upload("new", "old");
  expect(refusedThere).toMatchObject({
    code: "TRANSFER_REFUSED",
    text: expect.stringContaining("overwrite"),
  });
  expect(readFileSync(there("old"), "utf8")).toBe("old");
  expect((await upload("new", "old", { overwrite: true })).fields).toMatchObject({ success: true });
  expect(readFileSync(there("old"), "utf8")).toBe("new");
  expect(statSync(there("old")).mode & 0o777).toBe(0o604);
  writeFileSync(here("mine"), "mine");
  expect((await download("old", "mine")).code).toBe("TRANSFER_REFUSED");
  expect(readFileSync(here("mine"), "utf8")).toBe("mine");
  expect((await download("old", "mine", { overwrite: true })).fields).toMatchObject({ success: true });
  expect(readFileSync(here("mine"), "utf8")).toBe("new");
});

test("a link on the host stays a link: the file that it leads to is replaced", async () => {
  mkdirSync(there("releases"));
  writeFileSync(there("releases/1"), "one");
  symlinkSync("releases/1", there("current"));
  writeFileSync(here("two"), "two");
  expect((await upload("two", "current")).code).toBe("TRANSFER_REFUSED");
  expect((await upload("two", "current", { overwrite: true })).fields).toMatchObject({ success: true });
  expect(readlinkSync(there("current"))).toBe("releases/1");
  expect(readFileSync(there("releases/1"), "utf8")).toBe("two");
  expect((await download("current", "followed")).fields).toMatchObject({ sha256: sha256("two") });
  symlinkSync("nowhere", there("dangling"));
  expect(await upload("two", "dangling", { overwrite: true })).toMatchObject({ code: "TRANSFER_FAILED" });
});

test.each([
  ["../outside", "TRANSFER_REFUSED"],
  ["/etc/hostname", "TRANSFER_REFUSED"],
  ["~/secret", "TRANSFER_REFUSED"],
  ["inner/../../outside", "TRANSFER_REFUSED"],
  ["link-to-file", "TRANSFER_REFUSED"],
  ["link-to-folder/secret", "TRANSFER_REFUSED"],
  ["inner", "TRANSFER_REFUSED"],
  ["pipe", "TRANSFER_REFUSED"],
  ["missing", "TRANSFER_REFUSED"],
  ["missing/file", "TRANSFER_REFUSED"],
  [".", "TRANSFER_REFUSED"],
  ["", "INVALID_ARGUMENT"],
  ["inner/", "INVALID_ARGUMENT"],
  ["nul\0byte", "INVALID_ARGUMENT"],
])("the local path %p is refused for upload", async (path, code) => {
  home.tempHome.write("secret", "secret");
  mkdirSync(here("inner"), { recursive: true });
  rmSync(here("link-to-file"), { force: true });
  rmSync(here("link-to-folder"), { force: true });
  symlinkSync(join(home.tempHome.home, "secret"), here("link-to-file"));
  symlinkSync(home.tempHome.home, here("link-to-folder"));
  Bun.spawnSync(["mkfifo", here("pipe")]);
  const result = await upload(path, "refused");
  expect(result.code).toBe(code);
  if (code === "TRANSFER_REFUSED") expect(result.text).toContain(folder);
  expect(readdirSync(sshd.home).filter((name) => name.includes("refused"))).toEqual([]);
});

test("a download leaves links and folders on this machine as they are", async () => {
  writeFileSync(there("source"), "from the host");
  home.tempHome.write("kept", "kept");
  rmSync(here("to-kept"), { force: true });
  symlinkSync(join(home.tempHome.home, "kept"), here("to-kept"));
  mkdirSync(here("a-folder"), { recursive: true });
  for (const name of ["to-kept", "a-folder"])
    expect((await download("source", name, { overwrite: true })).code).toBe("TRANSFER_REFUSED");
  expect(lstatSync(here("to-kept")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(home.tempHome.home, "kept"), "utf8")).toBe("kept");
});

test.each([
  ["missing", "no file"],
  ["missing/inner", "no file"],
  ["folder", "folder"],
  ["/dev/zero", "device"],
])("%p on the host cannot be downloaded, and the answer says why", async (path, words) => {
  mkdirSync(there("folder"), { recursive: true });
  const result = await download(path, "never");
  expect(result).toMatchObject({ code: "TRANSFER_FAILED", text: expect.stringContaining(words) });
  expect(readdirSync(folder).filter((name) => name.includes("never"))).toEqual([]);
});

test("an upload to a folder, or into one that is missing, is refused with the way to mend it", async () => {
  writeFileSync(here("f"), "f");
  mkdirSync(there("folder"), { recursive: true });
  expect((await upload("f", "folder", { overwrite: true })).text).toContain("folder, no file");
  expect((await upload("f", "missing/f")).text).toContain("mkdir -p");
  expect((await upload("f", "folder/")).code).toBe("INVALID_ARGUMENT");
  expect(partsIn(sshd.home)).toEqual([]);
});

test("a transfer runs beside a command, and needs an open session", async () => {
  await server.call("execute_command", { session_name: "s", command: "sleep 60" });
  writeFileSync(here("beside"), "beside");
  expect((await upload("beside", "beside")).fields).toMatchObject({ success: true });
  await server.call("interrupt_command", { session_name: "s", wait_seconds: 10 });
  const without = { session_name: "none", direction: "upload", local_path: "beside", remote_path: "x" };
  expect((await server.call("transfer_file", without)).code).toBe("SESSION_NOT_FOUND");
});

test("an allowed folder around this program's own leaves out its configuration, logs and state", async () => {
  const before = readFileSync(home.tempHome.configFile, "utf8");
  home.tempHome.write("beside", "beside");
  writeFileSync(there("new-config"), "connections: {}\n");
  home.tempHome.writeConfig(`${before}settings:\n  transfer_dirs: [~, ${home.root}, ${folder}]\n`);
  for (const name of ["config.yml", "logs/s.log", "mux/s.conf", "logs/../state.json"])
    expect(await upload(join(home.root, name), "stolen")).toMatchObject({ code: "TRANSFER_REFUSED" });
  const replaced = await download("new-config", home.tempHome.configFile, { overwrite: true });
  expect(replaced.code).toBe("TRANSFER_REFUSED");
  expect(readFileSync(home.tempHome.configFile, "utf8")).toContain(before);
  expect((await upload("~/beside", "beside")).fields).toMatchObject({ success: true });
  writeFileSync(here("within"), "within");
  expect((await upload(here("within"), "within")).fields).toMatchObject({ success: true });
  home.tempHome.writeConfig(before);
});
