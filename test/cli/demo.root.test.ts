import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { binary } from "../binary/binary.ts";
import { DemoRun } from "./demo-run.ts";

setDefaultTimeout(60_000);

const user = `mcp-demo-${process.pid}`;
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-demo-"));
  chmodSync(folder, 0o755);
  copyFileSync(binary, join(folder, "program"));
  chmodSync(join(folder, "program"), 0o755);
});

afterEach(() => {
  run("userdel", "--force", user);
  rmSync(folder, { recursive: true, force: true });
});

function addUser(shell: string): void {
  run("useradd", "--create-home", "--home-dir", join(folder, "home"), "--shell", shell, user);
}

test("an ordinary user may run it as well as root", async () => {
  addUser("/bin/bash");
  const demo = runAsUser();
  await demo.end();
  expect(demo.output).not.toContain("✗");
  expect(demo.output).toContain(`│ ${user}`);
  expect(demo.child.exitCode).toBe(0);
});

test("where a step fails, it shows what sshd said, cleans up and ends with 1", async () => {
  addUser("/nonexistent/shell");
  const demo = runAsUser();
  expect(await demo.end()).toBe(1);
  expect(demo.output).toContain("✗ AUTH_FAILED");
  expect(demo.output).toMatch(/last words of the sshd:\n(?: .*\n)*.*\/nonexistent\/shell/);
});

function runAsUser(): DemoRun {
  const words = ["su", "--login", "--shell", "/bin/sh", user, "--command", `exec '${folder}/program' demo`];
  return new DemoRun(terminalsHaveGroup() ? words : ["unshare", "--mount", "sh", "-c", withGroup, ...words]);
}

/** An sshd without root's rights cannot give out a terminal whose group is not tty, and not every container has that. */
function terminalsHaveGroup(): boolean {
  return /^devpts \/dev\/pts .*gid=/m.test(readFileSync("/proc/mounts", "utf8"));
}

const withGroup =
  'mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts /dev/pts && mount --bind /dev/pts/ptmx /dev/ptmx && exec "$0" "$@"';

function run(...argv: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(argv, { stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
}
