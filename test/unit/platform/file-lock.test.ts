import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { acquireFileLock, LockTimeout, removeFileLock } from "../../../src/platform/file-lock.ts";
import { until } from "../../support/private-tmux.ts";

const holderScript = resolve(import.meta.dir, "../../support/lock-holder.ts");
const noLocksScript = resolve(import.meta.dir, "../../support/no-locks.ts");

function place(): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  return {
    path: join(folder, "lock"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const fault = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a lock that is held is refused after the wait, naming the holder, and free after its release", async () => {
  using at = place();
  const lock = await acquireFileLock(at.path, 0);
  expect(statSync(at.path).mode & 0o777).toBe(0o600);
  const error = await fault(acquireFileLock(at.path, 50));
  expect(error).toBeInstanceOf(LockTimeout);
  expect(error).toMatchObject({ holder: process.pid });
  lock.release();
  lock.release();
  (await acquireFileLock(at.path, 0)).release();
});

test("a waiting caller gets the lock as soon as it is free, and one that is cancelled stops waiting", async () => {
  using at = place();
  const lock = await acquireFileLock(at.path, 0);
  const abort = new AbortController();
  const cancelled = fault(acquireFileLock(at.path, 60_000, abort.signal));
  const waiting = acquireFileLock(at.path, 60_000);
  abort.abort(new Error("enough"));
  expect(String(await cancelled)).toContain("enough");
  lock.release();
  (await waiting).release();
});

test("a lock ends with the process that held it", async () => {
  using at = place();
  const holder = Bun.spawn([process.execPath, holderScript, at.path], { stdin: "pipe", stdout: "pipe" });
  await holder.stdout.getReader().read();
  expect(await fault(acquireFileLock(at.path, 0))).toMatchObject({ holder: holder.pid });
  holder.kill("SIGKILL");
  (await acquireFileLock(at.path, 10_000)).release();
});

test("children do not inherit a lock", async () => {
  using at = place();
  const lock = await acquireFileLock(at.path, 0);
  const child = Bun.spawn(["sleep", "60"]);
  await until("the child runs", () => readFileSync(`/proc/${child.pid}/comm`, "utf8").trim() === "sleep");
  lock.release();
  (await acquireFileLock(at.path, 0)).release();
  child.kill();
  await child.exited;
});

test("a link is not followed", async () => {
  using at = place();
  symlinkSync("/tmp/elsewhere", at.path);
  expect(String(await fault(acquireFileLock(at.path, 0)))).toContain("ELOOP");
});

test("a lock that is removed while another waits for it is one lock for those who come", async () => {
  using at = place();
  const first = await acquireFileLock(at.path, 0);
  removeFileLock(at.path);
  const waiting = acquireFileLock(at.path, 10_000);
  first.release();
  const second = await waiting;
  expect(await fault(acquireFileLock(at.path, 0))).toBeInstanceOf(LockTimeout);
  second.release();
  removeFileLock(at.path);
  expect(existsSync(at.path)).toBe(false);
  (await acquireFileLock(at.path, 0)).release();
});

test("where the file system takes no locks that is said, with what to do", async () => {
  using at = place();
  const { stdout, stderr } = Bun.spawnSync([process.execPath, noLocksScript, at.path]);
  expect(stderr.toString()).toBe("");
  expect(JSON.parse(stdout.toString())).toEqual({
    code: "STORAGE_FAILED",
    message: `${at.path} cannot be locked: the file system takes no flock (ENOLCK)`,
    hint: "Keep the folder on a local disk: --home DIR, or MCP_SSH_INTERACTIVE_HOME.",
  });
});
