import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { commands } from "../../src/cli/commands.ts";
import type { SessionRecord } from "../../src/state/session-record.ts";
import { StateFile } from "../../src/state/state-file.ts";
import { runBinary } from "../binary/run-binary.ts";
import { complete, scriptOf } from "../support/completion-shell.ts";
import { TempHome } from "../support/temp-home.ts";

setDefaultTimeout(60_000);

const shells = ["bash", "zsh", "fish"] as const;
const common = ["--help", "--home", "--no-color", "--version"];
const program = "mcp-ssh-interactive";

let full: TempHome;
let empty: TempHome;

beforeAll(async () => {
  full = new TempHome();
  empty = new TempHome();
  full.writeConfig(
    "connections:\n  web-1: {host: a}\n  db_2: {host: b, prot: 1}\n  a.b: {host: c}\n  'x y': {host: d}\n  '$(touch no)': {host: e}\n  -rf: {host: f}\n",
  );
  full.write("other/config.yml", "connections:\n  else-where: {host: a}\n");
  mkdirSync(join(full.root, "locks"), { mode: 0o700 });
  const state = new StateFile(join(full.root, "state.json"), join(full.root, "locks/state"), () => {});
  for (const name of ["web-1-a", "db_2_b", "`touch no`", "--force"]) await state.put(record(name));
  full.write(".mcp-ssh-interactive/logs/closed-one.log", "");
  full.write(".mcp-ssh-interactive/logs/web-1-a.log", "");
});

afterAll(async () => {
  await full[Symbol.asyncDispose]();
  await empty[Symbol.asyncDispose]();
});

describe.each([...shells])("%s", (shell) => {
  test("completes all commands of the help, and the beginning of one", async () => {
    const names = [...commands.map(({ name }) => name), "help"].toSorted();
    expect(await complete(shell, `${program} `, full)).toEqual(names);
    expect(await complete(shell, `${program} att`, full)).toEqual(["attach"]);
    expect(await complete(shell, `${program} help unin`, full)).toEqual(["uninstall"]);
  });

  test.each([
    ["log --", ["--follow", "--since", "--command", "--raw", ...common]],
    ["close --f", ["--force"]],
    ["--no", ["--no-color"]],
    ["help --m", ["--man"]],
  ])("%s completes flags of the command", async (line, flags) => {
    expect(await complete(shell, `${program} ${line}`, full)).toEqual(flags.toSorted());
  });

  test.each([
    ["attach ", ["db_2_b", "web-1-a"]],
    ["close --force w", ["web-1-a"]],
    ["log ", ["closed-one", "db_2_b", "web-1-a"]],
    ["log --since 10m c", ["closed-one"]],
    ["approve ", []],
    ["trust ", ["a.b", "db_2", "web-1"]],
    ["doctor web-1 d", ["db_2"]],
    ["install curs", ["cursor"]],
    ["completions f", ["fish"]],
    ["attach web-1-a ", []],
    ["add ", []],
  ])(
    "%s completes names that are one plain word, as often as the command takes them",
    async (line, names) => {
      expect(await complete(shell, `${program} ${line}`, full)).toEqual(names);
    },
  );

  test("the folder of --home is completed, and its names are taken", async () => {
    const other = join(full.home, "other");
    expect(await complete(shell, `${program} --home ${full.home}/oth`, full)).toEqual([other]);
    for (const flag of [`--home ${other}`, `--home=${other}`, "--home ~/other"])
      expect(await complete(shell, `${program} ${flag} trust `, full)).toEqual(["else-where"]);
  });

  test.each(["attach ", "log ", "trust ", "doctor "])(
    "%s completes nothing on an empty tree",
    async (line) => {
      expect(await complete(shell, `${program} ${line}`, empty)).toEqual([]);
    },
  );
});

test.each(["session", "log", "connection"])("a tree that cannot be read has no names of %s", async (kind) => {
  await using broken = new TempHome();
  broken.writeConfig("connections: [");
  broken.write(".mcp-ssh-interactive/state.json", "{");
  const silent = { exitCode: 0, stdout: "", stderr: "" };
  for (const root of [broken.root, broken.configFile, "/nonexistent"])
    expect(await runBinary(["completions", kind, "--home", root], { env: {} })).toEqual(silent);
});

test("an unknown shell is told which there are", async () => {
  const { exitCode, stderr } = await runBinary(["completions", "csh"], { env: {} });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("bash, zsh and fish");
});

test.each([...shells])("the script for %s has no place left open", (shell) => {
  expect(scriptOf(shell)).not.toMatch(/@[A-Z_]+@/);
});

function record(name: string): SessionRecord {
  return {
    session_name: name,
    connection_config: "web-1",
    tmux_session: "mcp-1",
    log_file: "",
    created_at: "2026-11-22T10:00:00.000Z",
    phase: "open",
    incarnation: "1",
    epoch: 1,
    log_start: 0,
    epoch_start: 0,
    number: "0".repeat(32),
    host: "a",
    user: "b",
    port: 22,
    cols: 80,
    rows: 24,
    levels: [],
  };
}
