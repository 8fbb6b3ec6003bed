import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { HeldFolder } from "../../../src/platform/held-folder.ts";

let root = "";
const at = (...names: string[]) => join(root, ...names);

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "held-folder-")));
  for (const folder of ["in", "in/sub", "out"]) mkdirSync(at(folder));
  writeFileSync(at("in/sub/file"), "inside");
  writeFileSync(at("out/file"), "outside");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("neither a link to a folder nor one to a file is followed", async () => {
  symlinkSync(at("out"), at("in/link"));
  symlinkSync(at("out/file"), at("in/to-file"));
  using held = HeldFolder.open(at("in"));
  expect(() => held.enter("link")).toThrow();
  expect(held.openToRead("to-file")).rejects.toThrow();
  expect(held.create("to-file")).rejects.toThrow();
});

test("a name is looked up in the folder that is held, whatever has taken its place", async () => {
  using held = HeldFolder.open(at("in"));
  using sub = held.enter("sub");
  renameSync(at("in/sub"), at("in/moved"));
  symlinkSync(at("out"), at("in/sub"));
  if (process.platform !== "linux") return expect(() => sub.status("file")).toThrow("replaced");
  await using file = await sub.openToRead("file");
  expect(await file.readFile("utf8")).toBe("inside");
  await using made = await sub.create("new");
  await made.writeFile("new");
  expect(existsSync(at("in/moved/new"))).toBe(true);
  expect(readdirSync(at("out"))).toEqual(["file"]);
});

test("a folder that is swapped for a link all the time never leads out", async () => {
  symlinkSync(at("out"), at("in/link"));
  const swap = `const { renameSync: r } = require("node:fs"); process.chdir(${JSON.stringify(at("in"))});
    for (;;) { r("sub", "dir"); r("link", "sub"); r("sub", "link"); r("dir", "sub"); }`;
  const swapper = Bun.spawn([process.execPath, "-e", swap], { stdin: "ignore", stdout: "ignore" });
  const seen = { inside: 0, refused: 0 };
  try {
    using held = HeldFolder.open(at("in"));
    while (seen.inside < 500 || seen.refused < 20) {
      try {
        using sub = held.enter("sub");
        await using file = await sub.openToRead("file");
        expect(await file.readFile("utf8")).toBe("inside");
        seen.inside += 1;
        await using _ = await sub.create(`new-${seen.inside}`);
      } catch (error) {
        if (!(error instanceof Error) || !("code" in error)) throw error;
        expect(["ENOENT", "ENOTDIR", "ELOOP"]).toContain(String(error.code));
        seen.refused += 1;
      }
    }
  } finally {
    swapper.kill("SIGKILL");
    await swapper.exited;
  }
  expect(readdirSync(at("out"))).toEqual(["file"]);
}, 60_000);

test("a name is claimed once, and a claimed file gives way to the whole one", async () => {
  using held = HeldFolder.open(at("in"));
  expect(held.claim("name")).toBe(true);
  expect(held.claim("name")).toBe(false);
  held.rename("name", "other");
  expect(held.status("name")).toBeUndefined();
  held.remove("other");
  held.remove("other");
  expect(readdirSync(at("in"))).toEqual(["sub"]);
});
