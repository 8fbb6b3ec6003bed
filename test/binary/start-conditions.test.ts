import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

import { TempHome } from "../support/temp-home.ts";
import { runBinary } from "./run-binary.ts";

let temp: TempHome;
beforeEach(() => {
  temp = new TempHome();
});
afterEach(() => temp[Symbol.asyncDispose]());

const sound = "connections:\n  web: {host: 127.0.0.1}\n";

/** Serves with an input that has ended already; only programs in `folders` and the system's are found. */
function serve(path = "/usr/local/bin:/usr/bin:/bin") {
  return runBinary([], { env: { HOME: temp.home, PATH: path } });
}

test("a sound configuration is served, and the end of input ends it with 0 and nothing said", async () => {
  temp.writeConfig(sound);
  expect(await serve()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

describe("a configuration that cannot be used ends with 3, one clear fault and its fix on stderr", () => {
  test("when there is none", async () => {
    const { exitCode, stdout, stderr } = await serve();
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toContain(`there is no configuration at ${temp.configFile}`);
  });

  test.each<[what: string, text: string | Uint8Array, said: string]>([
    ["when it is empty", "", "connections"],
    ["when it holds comments alone", "# nothing yet\n", "connections"],
    ["without connections", "settings: {wait_seconds: 5}\n", "connections"],
    ["with connections that are no map", "connections: [a, b]\n", "connections"],
    ["with a tab as indentation", "connections:\n\tweb:\n\t\thost: a\n", "tab"],
    ["with an alias to nowhere", "connections:\n  web: *nowhere\n", "nowhere"],
    ["with an open bracket", "connections: {web: {host: a}\n", "line 2"],
    ["of 10 MB", `${sound}${"# more\n".repeat(1_500_000)}`, "1 MiB"],
    ["that is binary", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), "binary"],
    ["that is not UTF-8", new Uint8Array([0x63, 0xff, 0xfe, 0x0a]), "UTF-8"],
  ])("%s", async (_what, text, said) => {
    temp.writeConfig(text);
    const { exitCode, stdout, stderr } = await serve();
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toStartWith("mcp-ssh-interactive: ");
    expect(stderr).toContain(said);
    expect(stderr).toContain("config.yml");
    expect(stderr).not.toContain("internal error");
    expect(stderr.trimEnd().split("\n").length).toBeLessThan(20);
  });

  test.each([0o644, 0o660, 0o700])("when its mode is not 600 (%i), with the chmod to run", async (mode) => {
    temp.writeConfig(sound);
    chmodSync(temp.configFile, mode);
    const { exitCode, stderr } = await serve();
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`chmod 600 ${temp.configFile}`);
  });

  test("when its folder is open to others, with the chmod to run", async () => {
    temp.writeConfig(sound);
    chmodSync(temp.root, 0o755);
    const { exitCode, stderr } = await serve();
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`chmod 700 ${temp.root}`);
  });

  test("when it is a folder", async () => {
    mkdirSync(temp.configFile);
    expect((await serve()).exitCode).toBe(3);
  });
});

test("a duplicate key is a warning of validate, and stops nothing", async () => {
  temp.writeConfig("connections:\n  web: {host: a}\n  web: {host: b}\n");
  expect(await serve()).toMatchObject({ exitCode: 0, stdout: "" });
  const { exitCode, stdout } = await runBinary(["validate"], { env: { HOME: temp.home } });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("1 warning");
});

test("a faulty connection beside a sound one is told on stderr, and the server runs", async () => {
  temp.writeConfig("connections:\n  web: {host: a}\n  bad: {host: b, prot: 22}\n");
  const { exitCode, stdout, stderr } = await serve();
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  expect(stderr).toContain("1 fault in");
  expect(stderr).toContain("validate");
});

test.each([
  ["tmux", "ssh", "install tmux"],
  ["ssh", "tmux", "install openssh-client"],
])("without %s it ends with 4 and the line that installs it", async (missing, present, line) => {
  temp.writeConfig(sound);
  const folder = join(temp.home, "bin");
  mkdirSync(folder);
  symlinkSync(Bun.which(present) ?? "", join(folder, present));
  const { exitCode, stdout, stderr } = await serve(folder);
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "" });
  expect(stderr).toContain(`${missing} was not found on PATH`);
  expect(stderr).toContain(line);
});

test("the folder may be named by --home and by the environment, the flag first", async () => {
  temp.writeConfig(sound);
  const elsewhere = { HOME: "/nonexistent", PATH: "/usr/bin:/bin" };
  expect((await runBinary(["--home", temp.root], { env: elsewhere })).exitCode).toBe(0);
  expect((await runBinary([`--home=${temp.root}`], { env: elsewhere })).exitCode).toBe(0);
  const named = { ...elsewhere, MCP_SSH_INTERACTIVE_HOME: temp.root };
  expect((await runBinary([], { env: named })).exitCode).toBe(0);
  expect((await runBinary(["--home", join(temp.home, "none")], { env: named })).exitCode).toBe(3);
  const relative = { env: { ...elsewhere, MCP_SSH_INTERACTIVE_HOME: "" }, cwd: dirname(temp.root) };
  expect((await runBinary(["--home", ".mcp-ssh-interactive"], relative)).exitCode).toBe(0);
  rmSync(temp.configFile);
  expect((await runBinary([], { env: named })).exitCode).toBe(3);
});
