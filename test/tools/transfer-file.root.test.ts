import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";

setDefaultTimeout(60_000);

const user = `mcp-files-${process.pid}`;
const diskBytes = 4_194_304;

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
let folder: string;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  folder = join(home.root, "transfers");
  run("useradd", "--password", "*", "--no-create-home", "--home-dir", "/", "--shell", "/bin/sh", user);
  chmodSync(sshd.folder, 0o755);
  chmodSync(sshd.home, 0o755);
  const { port, clientKey, knownHostsFile } = sshd;
  home.writeConnections(
    McpHome.connection("root", sshd),
    McpHome.connection("plain", { user, port, clientKey, knownHostsFile }),
  );
  server = await home.start();
  for (const name of ["root", "plain"]) {
    const opened = await server.call("open_connection", { connection_config_name: name, session_name: name });
    expect(opened.text).toContain("idle");
  }
  writeFileSync(join(folder, "big"), Buffer.alloc(diskBytes * 2));
  writeFileSync(join(folder, "small"), "small");
});

afterAll(async () => {
  for (const name of ["disk", "transfers-disk"]) run("umount", join(sshd.folder, name));
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
  run("userdel", "--force", user);
});

function run(...argv: string[]): void {
  Bun.spawnSync(argv, { stdout: "ignore", stderr: "ignore" });
}

const transfer = (
  session: string,
  direction: "upload" | "download",
  local: string,
  remote: string,
  more = {},
) =>
  server.call("transfer_file", {
    session_name: session,
    direction,
    local_path: local,
    remote_path: remote,
    ...more,
  });

function mountSmallDisk(path: string): string {
  mkdirSync(path, { recursive: true });
  run("mount", "-t", "tmpfs", "-o", `size=${diskBytes}`, "none", path);
  return path;
}

test("a full disk on the host is told, and nothing is left there", async () => {
  const disk = mountSmallDisk(join(sshd.folder, "disk"));
  const result = await transfer("root", "upload", "big", join(disk, "big"));
  expect(result.code).toBe("TRANSFER_FAILED");
  expect(result.text).toContain("no space is left on the host");
  expect(readdirSync(disk)).toEqual([]);
  expect((await transfer("root", "upload", "small", join(disk, "small"))).isError).toBe(false);
});

test("a full disk of this machine is told, and nothing is left here", async () => {
  const disk = mountSmallDisk(join(sshd.folder, "transfers-disk"));
  home.tempHome.writeConfig(
    `${readFileSync(home.tempHome.configFile, "utf8")}settings:\n  transfer_dirs: [${folder}, ${disk}]\n`,
  );
  expect((await transfer("root", "upload", "big", "big")).isError).toBe(false);
  const result = await transfer("root", "download", join(disk, "big"), "big");
  expect(result.code).toBe("TRANSFER_FAILED");
  expect(result.text).toContain("no space is left");
  expect(readdirSync(disk)).toEqual([]);
});

test("what the login may not read or write is refused with the way round it", async () => {
  const written = await transfer("plain", "upload", "small", join(sshd.home, "small"));
  expect(written.code).toBe("TRANSFER_FAILED");
  expect(written.text).toContain("may not write");
  expect(written.text).toContain("sudo");
  writeFileSync(join(sshd.home, "private"), "private", { mode: 0o600 });
  const read = await transfer("plain", "download", "private", join(sshd.home, "private"));
  expect(read.code).toBe("TRANSFER_FAILED");
  expect(read.text).toContain("may not read");
  expect(readdirSync(folder).toSorted()).toEqual(["big", "small"]);
});

test("a file that root replaces stays its owner's", async () => {
  const path = join(sshd.home, "theirs");
  writeFileSync(path, "old");
  run("chown", user, path);
  const { uid } = statSync(path);
  expect((await transfer("root", "upload", "small", path, { overwrite: true })).isError).toBe(false);
  expect(readFileSync(path, "utf8")).toBe("small");
  expect(statSync(path).uid).toBe(uid);
  expect(uid).not.toBe(0);
});
