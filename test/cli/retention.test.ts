import { afterAll, beforeAll, expect, setSystemTime, test } from "bun:test";
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { openGatehouse } from "../../src/cli/open-gatehouse.ts";
import { retain } from "../../src/cli/retain-daily.ts";
import { createConfigSource } from "../../src/config/load-config.ts";
import { acquireFileLock } from "../../src/platform/file-lock.ts";
import { homeTree, openHomeTree } from "../../src/platform/home-tree.ts";
import { StateFile } from "../../src/state/state-file.ts";
import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

const dayMs = 86_400_000;
const old = new Date(Date.now() - 40 * dayMs);

let session: ShellSession;
const place = (path: string) => join(session.home.root, path);

beforeAll(async () => {
  session = await ShellSession.open();
});
afterAll(() => session[Symbol.asyncDispose]());

function write(path: string, time?: Date): void {
  writeFileSync(place(path), "x", { mode: 0o600 });
  if (time !== undefined) utimesSync(place(path), time, time);
}

/** Looks as a server does once an hour. */
async function look(): Promise<void> {
  const tree = homeTree(session.home.root, process.getuid?.() ?? 0);
  const state = new StateFile(tree.stateFile, join(tree.locks, "state"), () => {});
  const source = createConfigSource({
    path: tree.configFile,
    home: session.home.tempHome.home,
    root: tree.root,
  });
  const config = () => source.current();
  const gatehouse = openGatehouse(tree, { config, mask: async () => (text) => text });
  const links = openHomeTree(tree);
  await retain({ tree, links, state, gatehouse, config, log: (line) => expect(line).toBe("") });
}

test("a server drops by itself what is old, at most once a day, and nothing of an open session", async () => {
  await session.run("true");
  await until("the first look", () => existsSync(place("locks/retention")));
  // It holds the lock to its end.
  (await acquireFileLock(place("locks/retention"), 10_000)).release();
  const aged = ["logs/gone.log", "logs/gone.commands.jsonl", "locks/gone.input", "logs/s.log"];
  const left = [
    "logs/s.checkpoint.0123456789ab.tmp",
    "state.json.corrupt-2020",
    "state.json.0123456789ab.tmp",
    "approvals/abcdefgh.json.0123456789ab.tmp",
    "locks/connect-0123456789ab-0",
  ];
  for (const path of [...aged.slice(0, 3), ...left]) write(path, old);
  for (const name of readdirSync(place("logs")).filter((each) => each.startsWith("s.")))
    utimesSync(place(`logs/${name}`), old, old);
  utimesSync(place("locks/s.input"), old, old);
  await look();
  expect(existsSync(place("logs/gone.log"))).toBe(true);
  utimesSync(place("locks/retention"), old, old);
  await session.home.start();
  await until("the old log's end", () => !existsSync(place("logs/gone.log")));
  await until("the record of it", () =>
    /"act":"prune","session":"gone".*"whole":true,"by":"the daily look/.test(
      readFileSync(place("audit.jsonl"), "utf8"),
    ),
  );
  await until("the end of what was left", () => !existsSync(place("locks/gone.input")));
  await until("the end of the rest", () => left.every((path) => !existsSync(place(path))));
  for (const path of ["logs/s.log", "logs/s.commands.jsonl", "locks/s.input", "locks/s.open"])
    expect(existsSync(place(path))).toBe(true);
  expect(Date.now() - statSync(place("locks/retention")).mtimeMs).toBeLessThan(dayMs);
  expect((await session.run("echo on")).fields).toMatchObject({ exit_code: 0, output: "on" });
});

test("a log of a session that is just being opened is passed over, and the others go", async () => {
  write("logs/busy.log", old);
  write("logs/other.log", old);
  await using _ = await acquireFileLock(place("locks/busy.open"), 0);
  utimesSync(place("locks/retention"), old, old);
  await look();
  expect(existsSync(place("logs/busy.log"))).toBe(true);
  expect(existsSync(place("logs/other.log"))).toBe(false);
}, 20_000);

test("without the state file nothing is dropped, since nobody knows what is open", async () => {
  write("logs/gone.log", old);
  utimesSync(place("locks/retention"), old, old);
  const aside = place("state.json.aside");
  renameSync(place("state.json"), aside);
  await look();
  renameSync(aside, place("state.json"));
  expect(existsSync(place("logs/gone.log"))).toBe(true);
});

test.each([
  ["forward", dayMs],
  ["back", -dayMs],
])("with the clock set %s by a day what is old goes, and nothing that is days younger", async (_, step) => {
  write("logs/old.log", old);
  write("logs/young.log", new Date(Date.now() - 28 * dayMs));
  utimesSync(place("locks/retention"), old, old);
  setSystemTime(Date.now() + step);
  try {
    await look();
  } finally {
    setSystemTime();
  }
  expect(existsSync(place("logs/old.log"))).toBe(false);
  expect(existsSync(place("logs/young.log"))).toBe(true);
});
