import { expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { UserError } from "../../../src/base/user-error.ts";
import { homeTree, openHomeTree, type HomeTree } from "../../../src/platform/home-tree.ts";

const uid = process.getuid?.() ?? 0;

function tempFolder(): Disposable & { readonly path: string } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "tree-")));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

function refusal(tree: HomeTree): UserError {
  try {
    openHomeTree(tree);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error("it was not refused");
}

test("a fresh tree is made with mode 700", () => {
  using home = tempFolder();
  const tree = homeTree(join(home.path, "root"), uid);
  openHomeTree(tree);
  for (const folder of [tree.root, tree.logs, tree.info, tree.locks, tree.transfers, tree.mux])
    expect(modeOf(folder)).toBe(0o700);
});

test("folders and files that the Python original left open are closed, what a link points to is left alone", () => {
  using home = tempFolder();
  const tree = homeTree(join(home.path, "root"), uid);
  mkdirSync(tree.logs, { recursive: true });
  chmodSync(tree.root, 0o700);
  chmodSync(tree.logs, 0o755);
  writeFileSync(join(tree.logs, "work.log"), "", { mode: 0o644 });
  const outside = join(home.path, "outside");
  writeFileSync(outside, "", { mode: 0o644 });
  symlinkSync(outside, join(tree.logs, "link.log"));
  openHomeTree(tree);
  expect(modeOf(tree.logs)).toBe(0o700);
  expect(modeOf(join(tree.logs, "work.log"))).toBe(0o600);
  expect(modeOf(outside)).toBe(0o644);
});

test("a root that is open to others or a link is refused, not changed", () => {
  using home = tempFolder();
  const tree = homeTree(join(home.path, "root"), uid);
  mkdirSync(tree.root);
  chmodSync(tree.root, 0o750);
  expect(refusal(tree)).toMatchObject({ code: "CONFIG_INVALID", hint: `chmod 700 ${tree.root}` });
  expect(modeOf(tree.root)).toBe(0o750);
  rmSync(tree.root, { recursive: true });
  symlinkSync(home.path, tree.root);
  expect(refusal(tree).message).toContain("no folder of its own");
});

test("a folder of ours may be a link to one that is closed to others, notes and transfers to any", () => {
  using home = tempFolder();
  const tree = homeTree(join(home.path, "root"), uid);
  const [disk, shared] = [join(home.path, "disk"), join(home.path, "shared")];
  openHomeTree(tree);
  for (const [folder, target, mode] of [
    [tree.logs, disk, 0o700],
    [tree.info, shared, 0o755],
  ] as const) {
    rmSync(folder, { recursive: true });
    mkdirSync(target);
    chmodSync(target, mode);
    writeFileSync(join(target, "file"), "", { mode: 0o644 });
    symlinkSync(target, folder);
  }
  openHomeTree(tree).assertUnmoved();
  expect([disk, shared].map(modeOf)).toEqual([0o700, 0o755]);
  expect([disk, shared].map((folder) => modeOf(join(folder, "file")))).toEqual([0o644, 0o644]);
  chmodSync(disk, 0o750);
  expect(refusal(tree)).toMatchObject({
    code: "CONFIG_INVALID",
    message: `${tree.logs} leads to ${disk}, which is open to others (mode 750)`,
    hint: `chmod 700 ${disk}`,
  });
  expect(modeOf(disk)).toBe(0o750);
});

test.each(["logs", "locks", "approvals", "mux"] as const)(
  "%s that becomes a link, or leads elsewhere, is told",
  (name) => {
    using home = tempFolder();
    const tree = homeTree(join(home.path, "root"), uid);
    const [real, other] = [join(home.path, "real"), join(home.path, "other")];
    const links = openHomeTree(tree);
    const told = expect.objectContaining({ code: "STORAGE_FAILED" });
    renameSync(tree[name], real);
    symlinkSync(real, tree[name]);
    expect(() => links.assertUnmoved()).toThrow(told);
    const later = openHomeTree(tree);
    later.assertUnmoved();
    rmSync(tree[name]);
    expect(() => later.assertUnmoved()).not.toThrow();
    mkdirSync(other);
    symlinkSync(other, tree[name]);
    expect(() => later.assertUnmoved()).toThrow(told);
    rmSync(other, { recursive: true });
    expect(() => later.assertUnmoved()).toThrow(told);
  },
);

test("sockets of a home with a long path stand in a private folder of /tmp, the same for every process", () => {
  using home = tempFolder();
  const root = join(home.path, "a".repeat(60), "root");
  const tree = homeTree(root, uid);
  expect(tree.runtime).toMatch(new RegExp(`^/tmp/mcp-ssh-${uid}/[0-9a-f]{16}$`));
  expect(homeTree(root, uid)).toEqual(tree);
  expect(homeTree(`${root}2`, uid).runtime).not.toBe(tree.runtime);
  expect(Buffer.byteLength(join(tree.mux, "0123456789ab"))).toBeLessThanOrEqual(80);
  try {
    openHomeTree(tree);
    expect([tree.runtime, dirname(tree.runtime), tree.mux].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
  } finally {
    rmSync(tree.runtime, { recursive: true, force: true });
  }
});

test.each([
  ["a link", (path: string, folder: string) => symlinkSync(folder, path)],
  ["a file", (path: string) => writeFileSync(path, "")],
  ["open to others", (path: string) => (mkdirSync(path), chmodSync(path, 0o777))],
])("a folder for sockets that is %s is refused", (_, make) => {
  using home = tempFolder();
  const tree = homeTree(join(home.path, "root"), uid);
  const parent = join(home.path, "mcp-ssh");
  make(parent, home.path);
  const runtime = join(parent, "0123456789abcdef");
  const error = refusal({ ...tree, runtime, mux: join(runtime, "mux") });
  expect(error.message).toContain(parent);
});
