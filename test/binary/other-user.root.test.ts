import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { homeTree, openHomeTree } from "../../src/platform/home-tree.ts";
import { StateFile } from "../../src/state/state-file.ts";
import { ShellSession } from "../support/shell-session.ts";
import { TempHome } from "../support/temp-home.ts";

const nobody = 65_534;
let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
  await session.run("echo said");
  // Only what is ours keeps others out.
  chmodSync(session.home.tempHome.home, 0o755);
  chmodSync(dirname(session.home.root), 0o755);
}, 30_000);

afterAll(() => session[Symbol.asyncDispose]());

function asNobody(...argv: string[]): { exitCode: number; said: string } {
  const words = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", ...argv];
  const { exitCode, stdout, stderr } = Bun.spawnSync(words, { stdout: "pipe", stderr: "pipe", cwd: "/" });
  return { exitCode, said: `${stdout}${stderr}` };
}

test("another user of this machine reaches neither the terminal, the logs, the state nor ssh's sockets", () => {
  const { root, tmuxSocket } = session.home;
  expect(asNobody("id", "-u").said).toBe(`${nobody}\n`);
  const all = readdirSync(root, { recursive: true }).map((name) => join(root, String(name)));
  expect(all).toContain(join(root, "state.json"));
  for (const path of [root, ...all]) {
    expect([path, asNobody("test", "-r", path).exitCode]).toEqual([path, 1]);
    const facts = lstatSync(path);
    if (!facts.isSymbolicLink()) expect([path, facts.mode & 0o077]).toEqual([path, 0]);
  }
  const tmux = asNobody(Bun.which("tmux") ?? "tmux", "-S", tmuxSocket, "list-sessions");
  expect(tmux.exitCode).not.toBe(0);
  expect(tmux.said).toContain("Permission denied");
});

test.each([
  ["a folder", (path: string) => mkdirSync(path, { mode: 0o700 })],
  ["an open folder", (path: string) => (mkdirSync(path), chmodSync(path, 0o777))],
  ["a link to a folder of ours", (path: string, ours: string) => symlinkSync(ours, path)],
  ["a file", (path: string) => writeFileSync(path, "")],
])(
  "the folder for sockets that another user made first as %s is refused and left as it is",
  async (_, make) => {
    await using home = new TempHome();
    // As /tmp: everyone may make names there, and nobody take another's away.
    const shared = join(home.home, "shared");
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    const theirs = join(shared, "mcp-ssh-0");
    make(theirs, home.home);
    Bun.spawnSync(["chown", "-h", `${nobody}`, theirs]);
    const before = lstatSync(theirs);
    const runtime = join(theirs, "0123456789abcdef");
    const tree = { ...homeTree(home.root, 0), runtime, mux: join(runtime, "mux") };
    expect(() => openHomeTree(tree)).toThrow(theirs);
    const after = lstatSync(theirs);
    expect([after.uid, after.mode, after.ino]).toEqual([before.uid, before.mode, before.ino]);
    if (after.isDirectory()) expect(readdirSync(theirs)).toEqual([]);
  },
);

test("a tree or a configuration that another user owns is refused", async () => {
  await using home = new TempHome();
  const tree = homeTree(home.root, 0);
  openHomeTree(tree);
  chownSync(home.root, nobody, nobody);
  expect(() => openHomeTree(tree)).toThrow(`belongs to user id ${nobody}`);
});

test("a link to a folder that another user owns is refused", async () => {
  await using home = new TempHome();
  const tree = homeTree(home.root, 0);
  openHomeTree(tree);
  const theirs = join(home.home, "theirs");
  mkdirSync(theirs, { mode: 0o700 });
  chownSync(theirs, nobody, nobody);
  rmSync(tree.logs, { recursive: true });
  symlinkSync(theirs, tree.logs);
  expect(() => openHomeTree(tree)).toThrow(`${tree.logs} leads to ${theirs} of user id ${nobody}`);
});

test("a state file that names paths outside is set aside, not followed", async () => {
  await using home = new TempHome();
  const tree = homeTree(home.root, 0);
  openHomeTree(tree);
  const open = new StateFile(session.home.root + "/state.json", tree.locks + "/s", () => undefined);
  const record = open.get("s");
  expect(record).toBeDefined();
  const warnings: string[] = [];
  for (const session_name of ["../../x", "a/b", "x\n", "-oProxyCommand=id", "other"]) {
    const sessions = { s: { ...record, session_name } };
    writeFileSync(tree.stateFile, JSON.stringify({ version: 2, sessions }));
    const state = new StateFile(tree.stateFile, join(tree.locks, "state"), (line) => warnings.push(line));
    await state.settle();
    expect([session_name, state.read().size]).toEqual([session_name, 0]);
  }
  expect(warnings).toHaveLength(5);
  expect(readdirSync(home.root).filter((name) => name.startsWith("state.json.corrupt"))).not.toEqual([]);
  rmSync(tree.stateFile, { force: true });
});
