import { expect, test } from "bun:test";
import { rmdirSync } from "node:fs";
import { join } from "node:path";

import { version } from "../../package.json";
import { binary } from "../binary/binary.ts";
import { runBinary } from "../binary/run-binary.ts";
import { TempHome } from "../support/temp-home.ts";

const bare = { env: {} };

test("--version says the program's name and version", async () => {
  expect(await runBinary(["--version"], bare)).toEqual({
    exitCode: 0,
    stdout: `mcp-ssh-interactive ${version}\n`,
    stderr: "",
  });
});

test("--help, -h and help say the same on standard output, in at most 80 columns", async () => {
  const help = await runBinary(["--help"], bare);
  expect(help).toMatchObject({ exitCode: 0, stderr: "" });
  expect(help.stdout).toMatch(/^ {2}demo /m);
  expect(Math.max(...help.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  for (const words of [["-h"], ["help"]]) expect(await runBinary(words, bare)).toEqual(help);
});

test.each([
  ["validate", "--json"],
  ["demo", "--keep"],
  ["trust", "--json"],
  ["init", "--from-ssh-config"],
  ["add", "--host"],
  ["remove", "--yes"],
  ["install", "--print"],
])("help %s shows its usage and its flags", async (name, flag) => {
  const help = await runBinary(["help", name], bare);
  expect(help).toMatchObject({ exitCode: 0, stderr: "" });
  expect(help.stdout).toContain("Usage: mcp-ssh-interactive");
  expect(help.stdout).toContain(flag);
  expect(await runBinary([name, "--help"], bare)).toEqual(help);
});

test.each([
  [["valdate"], "did you mean validate?"],
  [["xyzzy-quux"], `unknown command "xyzzy-quux"`],
  [["help", "demos"], "did you mean demo?"],
  [["help", "demo", "validate"], `unexpected "validate"`],
  [["--hlep"], "did you mean --help?"],
  [["--versoin"], "did you mean --version?"],
  [["demo", "--keeep"], "did you mean --keep?"],
  [["validate", "--keep"], "unknown flag --keep"],
  [["validate", "a", "b"], `unexpected "b"`],
  [["trust"], "trust needs a name"],
  [["add"], "add needs a name"],
  [["add", "web", "--host"], "--host needs a value"],
  [["init", "--host", "web", "--from-ssh-config", "web"], "do not go together"],
  [["init", "--user", "deploy"], "--user needs --host"],
  [["--home"], "--home needs a folder"],
  [["--home="], "--home needs a folder"],
  [["demo", "--keep=yes"], "--keep takes no value"],
])("%j is wrong usage: exit 2, on stderr alone, with what was meant", async (args, said) => {
  const { exitCode, stdout, stderr } = await runBinary(args, bare);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(said);
  expect(stderr).toMatch(/\nTry: mcp-ssh-interactive (--help|help [a-z]+)\n$/);
});

test.each([
  [["statsu"], "--help"],
  [["add", "web", "--host"], "help add"],
  [["install", "nobody"], "help install"],
])("after %j the usage of the command that was meant is named", async (args, help) => {
  const { stderr } = await runBinary(args, bare);
  expect(stderr).toEndWith(`\nTry: mcp-ssh-interactive ${help}\n`);
});

test("a file that the system does not give is named, with what tells more", async () => {
  await using temp = new TempHome();
  rmdirSync(join(temp.root, "logs"));
  temp.write(".mcp-ssh-interactive/logs", "");
  const { exitCode, stderr } = await runBinary(["log", "s"], { env: { HOME: temp.home } });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/ENOTDIR.+logs'\n {2}See what is wrong with it: mcp-ssh-interactive doctor\n$/);
});

test("a connection that does not exist is answered with those that do", async () => {
  await using temp = new TempHome();
  const env = { HOME: temp.home, PATH: process.env["PATH"] ?? "" };
  temp.writeConfig("connections:\n  web: {host: 127.0.0.1, port: 9}\n");
  const trust = await runBinary(["trust", "wbe"], { env });
  expect(trust.exitCode).toBe(3);
  expect(trust.stderr).toContain(`"wbe"\n  There are: web. Add it: mcp-ssh-interactive add NAME\n`);
  const { stdout } = await runBinary(["doctor", "wbe"], { env });
  expect(stdout).toContain("fix: There are: web. Add it: mcp-ssh-interactive add NAME\n");
});

test("-- ends the flags", async () => {
  const { exitCode, stderr } = await runBinary(["validate", "--", "--no-such-file"], bare);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("--no-such-file");
});

test("all of a long answer reaches a reader that is slow, and one that stops reading is no fault", async () => {
  await using temp = new TempHome();
  const faulty = Array.from({ length: 1000 }, (_, index) => `  c${index}: {host: a, prot: 1}\n`);
  temp.writeConfig(`connections:\n${faulty.join("")}`);
  const script = '{ "$1" validate --json "$2"; echo $? >&2; } | { sleep 1; shift 2; exec "$@"; }';
  const piped = (...reader: string[]) =>
    Bun.spawnSync(["/bin/sh", "-c", script, "sh", binary, temp.configFile, ...reader]);
  const whole = piped("cat");
  expect(whole.stderr.toString()).toBe("1\n");
  expect(JSON.parse(whole.stdout.toString())).toMatchObject({ valid: false });
  expect(piped("head", "-c", "5").stderr.toString()).toBe("1\n");
});

test("control characters in a word are shown, not sent to the terminal", async () => {
  const { stderr } = await runBinary(["--\u001b]0;x\u0007", "\u001b[2J"], bare);
  expect(stderr).not.toMatch(/[\u001b\u0007]/);
});

test("validate exits with 0, 1 and 3, and finds its file by operand, --home and the environment", async () => {
  await using temp = new TempHome();
  const env = { HOME: "/nonexistent", MCP_SSH_INTERACTIVE_HOME: temp.root };
  expect(await runBinary(["validate"], { env })).toMatchObject({ exitCode: 3 });
  temp.writeConfig("connections:\n  web: {host: a, prot: 1}\n");
  expect(await runBinary(["validate"], { env })).toMatchObject({ exitCode: 1 });
  temp.writeConfig("connections:\n  web: {host: a}\n");
  expect(await runBinary(["validate"], { env })).toMatchObject({ exitCode: 0 });
  expect(await runBinary(["validate", "--home", temp.root], bare)).toMatchObject({ exitCode: 0 });
  expect(await runBinary(["validate", temp.configFile], bare)).toMatchObject({ exitCode: 0 });
  const json = await runBinary(["validate", "--json", temp.configFile], bare);
  expect(JSON.parse(json.stdout)).toMatchObject({ valid: true });
});
