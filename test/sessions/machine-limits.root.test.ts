import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";

import { ShellSession } from "../support/shell-session.ts";

setDefaultTimeout(60_000);

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open();
});

afterAll(async () => {
  Bun.spawnSync(["umount", "-l", session.home.root], { stderr: "ignore" });
  await session[Symbol.asyncDispose]();
});

function must(...argv: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
}

test("without a file handle left calls fail by name, and the same server goes on once there are some", async () => {
  const { pid } = session.server;
  expect((await session.run("echo before")).isError).toBe(false);
  must("prlimit", "--pid", String(pid), "--nofile=3:4096");
  for (const refused of [await session.run("touch marker"), await session.read()]) {
    expect(refused.code).toBe("STORAGE_FAILED");
    expect(refused.text).toMatch(/EMFILE.*\nhint: Raise the limit of open files/);
  }
  expect((await session.open("t")).code).toBe("STORAGE_FAILED");
  must("prlimit", "--pid", String(pid), "--nofile=1024:4096");
  expect((await session.run("echo after")).fields).toMatchObject({ exit_code: 0, output: "after" });
  expect((await session.open("t")).fields).toMatchObject({ state: "idle" });
  expect(existsSync(session.remotePath("marker"))).toBe(false);
});

test("of a home that has become read-only sessions can be read and interrupted, and nothing is typed or opened", async () => {
  const { root } = session.home;
  expect((await session.run("sleep 300", { wait_seconds: 0 })).fields["state"]).toBe("running");
  must("mount", "--bind", root, root);
  must("mount", "-o", "remount,ro,bind", root);
  expect((await session.read()).fields["state"]).toBe("running");
  expect((await session.interrupt({ wait_seconds: 10 })).fields).toMatchObject({ interrupted: true });
  for (const refused of [await session.run("touch marker"), await session.open("u")]) {
    expect(refused.code).toBe("STORAGE_FAILED");
    expect(refused.text).toMatch(/EROFS.*\nhint: The file system is read-only/);
  }
  must("umount", "-l", root);
  expect((await session.run("echo after")).fields).toMatchObject({ exit_code: 0, output: "after" });
  expect(existsSync(session.remotePath("marker"))).toBe(false);
});
