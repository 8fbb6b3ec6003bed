import { afterEach, beforeEach, expect, test } from "bun:test";
import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { faultsOf, paste, runDoctor } from "../../support/doctor-run.ts";
import { McpHome } from "../../support/mcp-server.ts";

const nobody = 65_534;

let home: McpHome;
beforeEach(() => {
  home = new McpHome();
  for (const folder of ["locks", "transfers", "mux"]) mkdirSync(join(home.root, folder), { mode: 0o700 });
  home.tempHome.writeConfig("connections:\n  web: {host: web, use_agent: false}\n");
});
afterEach(() => home[Symbol.asyncDispose]());

/** As root, sudo is not needed and may not be there. */
function pasteAsRoot(command: string): void {
  paste(command.replace(/^sudo /, ""), home.env);
}

test.each([
  ["a tree", ""],
  ["an inner folder", "logs"],
  ["a file", "logs/web.log"],
])("%s of another user's is a fault that chown mends", async (_, path) => {
  home.tempHome.write(".mcp-ssh-interactive/logs/web.log", "x");
  chownSync(join(home.root, path), nobody, nobody);
  const report = await runDoctor(home.env, "--fix");
  const [fault] = faultsOf(report, "folders");
  expect(report.mended).toEqual([]);
  expect(fault).toMatchObject({
    verdict: "fail",
    fact: expect.stringContaining(`belongs to user id ${nobody}`),
  });
  pasteAsRoot(fault?.fix ?? "false");
  expect(faultsOf(await runDoctor(home.env), "folders")).toEqual([]);
});

test("a configuration of another user's is a fault that chown mends", async () => {
  chownSync(home.tempHome.configFile, nobody, nobody);
  const [fault] = faultsOf(await runDoctor(home.env), "config");
  expect(fault).toMatchObject({ verdict: "fail", fact: expect.stringContaining("belongs to another user") });
  pasteAsRoot(/`(.+?)`/.exec(fault?.fix ?? "")?.[1] ?? fault?.fix ?? "false");
  expect(faultsOf(await runDoctor(home.env), "config")).toEqual([]);
});

test.each([
  ["a nearly full disk", "size=32m", "fail", "MB free"],
  ["a disk with little room", "size=128m", "warn", "the log of one session may take 64 MB"],
  ["a disk without room for more files", "size=512m,nr_inodes=60", "fail", "more files"],
] as const)("%s is told", async (_, options, verdict, words) => {
  const disk = join(home.tempHome.home, "disk");
  mkdirSync(disk);
  paste(`mount -t tmpfs -o mode=700,${options} none ${disk}`, home.env);
  try {
    const [fault] = faultsOf(await runDoctor(home.env, "--home", disk), "disk");
    expect(fault).toMatchObject({
      verdict,
      fact: expect.stringContaining(words),
      fix: "mcp-ssh-interactive prune",
    });
  } finally {
    paste(`umount ${disk}`, home.env);
  }
});
