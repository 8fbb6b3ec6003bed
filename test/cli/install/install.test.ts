import { expect, test } from "bun:test";
import { copyFileSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

import { binary } from "../../binary/binary.ts";
import { ClientHome } from "../../support/client-home.ts";
import { clientSamples } from "../../support/client-samples.ts";
import { TerminalRun } from "../../support/terminal-run.ts";

const install = ["install", "--force"];
const cursor = ".cursor/mcp.json";
const empty = '{\n  "mcpServers": {}\n}\n';

test("install --yes registers with every client that is there, and uninstall leaves their files as they were", async () => {
  await using home = new ClientHome();
  home.folder(".continue");
  for (const { path, text } of clientSamples) home.write(path, text, 0o644);
  const { exitCode, stdout } = await home.run(...install, "--yes");
  expect(stdout.match(/: registered; restart/g)).toHaveLength(clientSamples.length + 1);
  expect(exitCode).toBe(0);
  for (const { path, text } of clientSamples) {
    expect(home.read(path)).toContain(binary);
    expect(home.mode(path)).toBe(0o644);
    expect(home.backups(path).map((backup) => home.read(backup))).toEqual([text]);
  }
  expect(await home.run("uninstall", "--yes")).toMatchObject({ exitCode: 0 });
  for (const { path, text } of clientSamples) expect(home.read(path)).toBe(text);
});

test("a second install changes nothing and says so", async () => {
  await using home = new ClientHome();
  for (const { path, text } of clientSamples) home.write(path, text);
  await home.run(...install, "--yes");
  const texts = clientSamples.map(({ path }) => home.read(path));
  const { exitCode, stdout } = await home.run(...install, "--yes");
  expect(exitCode).toBe(0);
  expect(stdout.match(/ is registered \(/g)).toHaveLength(clientSamples.length);
  expect(clientSamples.map(({ path }) => home.read(path))).toEqual(texts);
  expect(home.backups(cursor)).toHaveLength(1);
});

test("what is registered starts the server, with nothing but the entry's environment", async () => {
  await using home = new ClientHome();
  home.writeConfig("connections: {}\n");
  home.link("tmux", "/usr/bin/tmux");
  home.write(cursor, empty);
  await home.run(...install, "--yes", "cursor");
  const entry = JSON.parse(home.read(cursor)).mcpServers["mcp-ssh-interactive"];
  expect(entry.env.PATH).toStartWith(`${home.path("bin")}:/usr/bin:`);
  const { command, args, env } = entry;
  const transport = new StdioClientTransport({ command, args, env: { HOME: home.home, ...env }, cwd: "/" });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  expect(client.getServerVersion()).toMatchObject({ name: "mcp-ssh-interactive" });
  await client.close();
});

test("without --yes and a terminal the change is shown and not made", async () => {
  await using home = new ClientHome();
  home.write(cursor, empty);
  const { exitCode, stdout } = await home.run(...install);
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`Cursor: ${home.path(cursor)}, line 2`);
  expect(stdout).toContain('+     "mcp-ssh-interactive": {');
  expect(stdout).toContain("with --yes it is");
  expect(home.read(cursor)).toBe(empty);
});

test.each([
  ["y", "Cursor: registered", 0],
  ["n", "Nothing was changed", 1],
  ["", "Nothing was changed", 1],
])("at a terminal it asks, and %p is taken for what it says", async (answer, said, exitCode) => {
  await using home = new ClientHome();
  home.write(cursor, empty);
  await using run = new TerminalRun([...install, "--no-color"], home.env);
  await run.shows(/Change this\? \[y\/N\] $/);
  run.type(`${answer}\n`);
  await run.shows(new RegExp(said));
  expect(await run.ended()).toBe(exitCode);
  expect(home.read(cursor) === empty).toBe(exitCode === 1);
});

test("Ctrl+C at the question leaves all as it was", async () => {
  await using home = new ClientHome();
  home.write(cursor, empty);
  await using run = new TerminalRun(install, home.env);
  await run.shows(/\[y\/N\] $/);
  run.type("\x03");
  expect(await run.ended()).toBe(130);
  expect(home.read(cursor)).toBe(empty);
});

test("a file that another program changes while the question stands is not written over", async () => {
  await using home = new ClientHome();
  home.write(cursor, empty);
  await using run = new TerminalRun(install, home.env);
  await run.shows(/\[y\/N\] $/);
  home.write(cursor, '{"mcpServers": {"new": {"command": "x"}}}');
  run.type("y\n");
  await run.shows(/was changed by another program meanwhile/);
  expect(await run.ended()).toBe(1);
  expect(home.read(cursor)).toBe('{"mcpServers": {"new": {"command": "x"}}}');
  expect(home.backups(cursor)).toEqual([]);
});

test.each([
  [cursor, '{\n  "mcpServers": {\n    "a": {}\n    "b": {}\n  }\n}\n', 4],
  [".codex/config.toml", 'model = "x"\n[mcp_servers\n', 2],
  [".config/goose/config.yaml", "extensions:\n  a: {\nb: 1\n", 3],
])("a broken %s is refused with its line, and the other clients are served", async (path, text, line) => {
  await using home = new ClientHome();
  home.write(path, text);
  home.write(".config/zed/settings.json", "{}\n");
  const { exitCode, stdout } = await home.run(...install, "--yes");
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`${home.path(path)} is broken at line ${line}: `);
  expect(stdout).toContain(`Mend line ${line}`);
  expect(stdout).toContain("Zed: registered");
  expect(home.read(path)).toBe(text);
});

test("a read-only file, a folder in its place and a link that leads nowhere are refused", async () => {
  await using home = new ClientHome();
  home.write(cursor, empty, 0o444);
  home.folder(".config/zed/settings.json");
  home.folder(".lmstudio");
  symlinkSync("/nonexistent/mcp.json", home.path(".lmstudio/mcp.json"));
  const { exitCode, stdout } = await home.run(...install, "--yes");
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`${home.path(cursor)} is read-only (mode 444)\n  chmod u+w ${home.path(cursor)}`);
  expect(stdout).toContain("settings.json is no file");
  expect(stdout).toContain("mcp.json is a link to a file that does not exist");
  expect(stdout).not.toContain(": registered");
});

test("a link to a file elsewhere stays a link, and the file elsewhere gets the entry", async () => {
  await using home = new ClientHome();
  const target = home.write("dotfiles/zed.json", "// mine\n{}\n", 0o640);
  home.folder(".config/zed");
  symlinkSync(target, home.path(".config/zed/settings.json"));
  expect(await home.run(...install, "--yes", "zed")).toMatchObject({ exitCode: 0 });
  expect(lstatSync(home.path(".config/zed/settings.json")).isSymbolicLink()).toBe(true);
  expect(readlinkSync(home.path(".config/zed/settings.json"))).toBe(target);
  expect(home.read("dotfiles/zed.json")).toStartWith("// mine\n{\n");
  expect(home.mode("dotfiles/zed.json")).toBe(0o640);
});

test("a file that does not exist yet is made for this user alone", async () => {
  await using home = new ClientHome();
  const { exitCode, stdout } = await home.run(...install, "--yes", "Claude Desktop", "LM Studio");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("claude_desktop_config.json (new), line 1");
  expect(home.mode(".config/Claude/claude_desktop_config.json")).toBe(0o600);
  expect(home.mode(".config/Claude")).toBe(0o700);
  expect(JSON.parse(home.read(".lmstudio/mcp.json"))).toHaveProperty(["mcpServers", "mcp-ssh-interactive"]);
});

test("an entry that starts what is gone is mended, and what a human set in it stays", async () => {
  await using home = new ClientHome();
  const entry = {
    command: "/gone/mcp-ssh-interactive",
    env: { MINE: "1" },
    autoApprove: ["list_connections"],
  };
  home.write(cursor, JSON.stringify({ mcpServers: { "mcp-ssh-interactive": entry } }));
  expect((await home.report("install", "--force", "cursor")).clients).toMatchObject([
    { client: "cursor", present: true, registration: "missing", action: "change" },
  ]);
  expect((await home.report("install", "--force", "--yes", "cursor")).clients).toMatchObject([
    { registration: "good", action: "done" },
  ]);
  const { mcpServers } = JSON.parse(home.read(cursor));
  expect(mcpServers["mcp-ssh-interactive"]).toEqual({ ...entry, command: binary });
});

test.each([
  ["good", { command: binary }],
  ["outdated", { command: binary, args: ["--home", "/elsewhere"] }],
  ["other", { command: "/bin/sh" }],
  ["missing", { command: "/gone/server" }],
  ["missing", { url: "https://example.com/mcp" }],
  ["disabled", { command: binary, disabled: true }],
])("an entry is told to be %s: %j", async (registration, entry) => {
  await using home = new ClientHome();
  home.write(cursor, JSON.stringify({ mcpServers: { "mcp-ssh-interactive": entry } }));
  const action = ["good", "disabled"].includes(registration) ? "none" : "change";
  expect((await home.report("install", "--force", "cursor")).clients).toMatchObject([
    { registration, action },
  ]);
});

test("--home is handed on to every client, and no other variable where none is needed", async () => {
  await using home = new ClientHome();
  home.write(cursor, empty);
  home.write(".config/opencode/opencode.json", "{}");
  await home.run(...install, "--yes", "--home", home.path("other"), "cursor", "opencode");
  const servers = JSON.parse(home.read(cursor)).mcpServers;
  expect(servers["mcp-ssh-interactive"].env).toEqual({ MCP_SSH_INTERACTIVE_HOME: home.path("other") });
  expect(home.read(".config/opencode/opencode.json")).toContain(home.path("other"));
});

test("a program in a folder for temporary files is not registered without --force", async () => {
  await using home = new ClientHome();
  home.write(cursor, empty);
  const copy = home.path("mcp-ssh-interactive");
  copyFileSync(binary, copy);
  const child = Bun.spawnSync([copy, "install", "--yes"], { env: home.env, cwd: "/" });
  expect(child.exitCode).toBe(1);
  expect(child.stderr.toString()).toMatch(/is in \S+, which is emptied from time to time\n.*--force/);
  expect(home.read(cursor)).toBe(empty);
});

test("a link on PATH that leads to this program is what is registered", async () => {
  await using home = new ClientHome();
  home.link("mcp-ssh-interactive", binary);
  home.write(cursor, empty);
  await home.run(...install, "--yes");
  expect(home.read(cursor)).toContain(home.path("bin/mcp-ssh-interactive"));
});

test("--print tells what to write where, needs no client, and changes nothing", async () => {
  await using home = new ClientHome();
  const all = await home.run("install", "--print");
  expect(all).toMatchObject({ exitCode: 0, stderr: "" });
  expect(all.stdout).toContain(`Zed: ${home.path(".config/zed/settings.json")}\n`);
  expect(all.stdout).toContain("  or: codex mcp add mcp-ssh-interactive -- ");
  const goose = await home.run("install", "--print", "goose");
  expect(goose.stdout).toContain(`    cmd: ${binary}\n`);
  expect(goose.stdout).not.toContain("Zed");
});

test("without any client it is told how to name one", async () => {
  await using home = new ClientHome();
  expect(await home.run(...install, "--yes")).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining("mcp-ssh-interactive install --print"),
  });
  expect(await home.run("uninstall", "--yes")).toMatchObject({ exitCode: 0 });
});

test.each([
  ["cursr", "did you mean cursor?"],
  ["emacs", "known are claude-desktop, claude-code"],
])("a client named %s is not known", async (name, said) => {
  await using home = new ClientHome();
  const { exitCode, stderr } = await home.run("install", name);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(said);
});

test("the newest place of a client is taken where both are, and LM Studio's pointer is followed", async () => {
  await using home = new ClientHome();
  home.write(".codeium/windsurf/mcp_config.json", empty);
  expect((await home.report("install", "--force", "windsurf")).clients[0]).toMatchObject({
    file: home.path(".codeium/windsurf/mcp_config.json"),
  });
  mkdirSync(home.path(".config/devin"), { recursive: true });
  home.write(".config/devin/mcp_config.json", empty);
  writeFileSync(home.path(".lmstudio-home-pointer"), `${home.path("models")}\n`);
  expect((await home.report("install", "--force", "windsurf", "lm-studio")).clients).toMatchObject([
    { file: home.path(".config/devin/mcp_config.json") },
    { file: home.path("models/mcp.json"), present: false },
  ]);
});
