import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readlinkSync, renameSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { openSetUpPlace } from "../support/set-up-place.ts";
import { TerminalRun } from "../support/terminal-run.ts";

setDefaultTimeout(120_000);

const config = ".mcp-ssh-interactive/config.yml";

test("in a pipe the flags of init do it all: plan, test, notes, client, first call", async () => {
  await using place = await openSetUpPlace();
  const done = await place.pipe("init", "--from-ssh-config", "lo", "--client", "cursor", "--force");
  expect(done).toMatchObject({ exitCode: 0, stderr: "" });
  expect(done.stdout).toMatch(
    /^Create [^]*^Write [^]*^Test lo [^]*^ok: lo opens\.[^]*open_connection lo[^]*Ready/m,
  );
  expect(place.read(config)).toBe("connections:\n  lo:\n    host: lo\n    info_file: lo.md\n");
  expect(place.read(".mcp-ssh-interactive/info/lo.md")).toContain("- System: ");
  expect(place.read(".cursor/mcp.json")).toContain("mcp-ssh-interactive");
  const again = await place.pipe("init", "--client", "cursor", "--force");
  expect(again).toMatchObject({ exitCode: 0, stdout: "Everything is there already; nothing was changed.\n" });
});

test("where a host does not open, a pipe leaves everything as it was, unless the test is left out", async () => {
  await using place = await openSetUpPlace();
  const before = place.everything();
  const failed = await place.pipe("init", "--from-ssh-config", "lo,down");
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain("refused the connection");
  await Bun.write(place.sshd.knownHostsFile, "");
  const unknown = await place.pipe("add", "lo");
  expect(unknown).toMatchObject({ exitCode: 1 });
  expect(unknown.stderr).toContain("Run the same command in a terminal");
  expect(place.everything()).toBe(before);
  expect(await place.pipe("add", "down", "--no-test", "--no-notes")).toMatchObject({ exitCode: 0 });
  expect(place.read(config)).toBe("connections:\n  down:\n    host: down\n");
});

test("what cannot be is refused before anything is tried", async () => {
  await using place = await openSetUpPlace();
  place.home.tempHome.write(config, "connections:\n  web: {host: web}\n");
  for (const [args, exitCode, said] of [
    [["init", "--from-ssh-config", "nobody"], 2, `"nobody" is no host of ~/.ssh/config`],
    [["init", "--host=-x"], 2, "begins with"],
    [["init", "--host", "a", "--port", "0"], 2, "is not a port"],
    [["add", "web", "--host", "a"], 2, "already"],
    [["add", "../x", "--host", "a"], 2, "is no good name"],
    [["init", "--host", "a", "--client", "cursr"], 2, "did you mean cursor?"],
    [["remove", "wbe"], 3, "Did you mean web?"],
  ] as const) {
    const { stderr, ...result } = await place.pipe(...args);
    expect(result).toEqual({ exitCode, stdout: "" });
    expect(stderr).toContain(said);
  }
  place.home.tempHome.write(config, "connections: [\n");
  expect(await place.pipe("add", "x", "--host", "a")).toMatchObject({ exitCode: 3 });
});

test("add and remove keep comments, mode, link and a copy, and undo each other", async () => {
  await using place = await openSetUpPlace();
  const text = "# mine\nconnections:\n  web: # here\n    host: web\n\n# end\n";
  const file = place.home.tempHome.write(config, text, 0o400);
  renameSync(file, `${file}.real`);
  symlinkSync(`${file}.real`, file);
  const { stdout } = await place.pipe("add", "lo", "--no-notes", "--host", "lo", "--user", place.sshd.user);
  expect(stdout).toContain("which is kept as config.yml.");
  expect(place.read(config)).toBe(
    text.replace("host: web\n", `host: web\n  lo:\n    host: lo\n    user: ${place.sshd.user}\n`),
  );
  expect(readlinkSync(file)).toBe(`${file}.real`);
  expect(statSync(file).mode & 0o777).toBe(0o400);
  expect(await place.pipe("remove", "lo")).toMatchObject({ exitCode: 0 });
  expect(place.read(config)).toBe(text);
  const copies = readdirSync(place.home.root).filter((name) => name.endsWith(".bak"));
  expect(copies.map((name) => statSync(join(place.home.root, name)).mode & 0o777)).toEqual([0o600, 0o600]);
});

test("a connection on the way to others is not removed", async () => {
  await using place = await openSetUpPlace();
  const text = "connections:\n  jump: {host: a}\n  web: {host: b, proxy_jump: jump}\n";
  place.home.tempHome.write(config, text);
  const { exitCode, stderr } = await place.pipe("remove", "jump");
  expect(exitCode).toBe(3);
  expect(stderr).toContain(`"web" is reached by way of "jump"`);
  expect(place.read(config)).toBe(text);
});

test("on a terminal remove asks first", async () => {
  await using place = await openSetUpPlace();
  const text = "connections:\n  web: {host: b}\n";
  place.home.tempHome.write(config, text);
  for (const [key, code, kept] of [
    ["C-c", 130, true],
    ["Escape", 1, true],
    ["Enter", 0, false],
  ] as const) {
    await using run = place.run(["remove", "web"]);
    await run.shows(/web: \{host: b\}[^]*◆ {2}Do this\?/);
    run.press(key);
    expect(await run.ended()).toBe(code);
    expect(place.read(config)).toBe(kept ? text : "connections: {}\n");
  }
});

test("--no-color and NO_COLOR draw the questions without colour", async () => {
  await using place = await openSetUpPlace();
  const env = { ...place.home.env, TERM: "xterm" };
  const escapes = async (args: readonly string[], more: Record<string, string>) => {
    await using run = new TerminalRun(["init", ...args], { ...env, ...more });
    await run.shows(/None now/);
    run.type("\u0003");
    expect(await run.ended()).toBe(130);
    return run.output.includes("\u001b[36m") || run.output.includes("\u001b[2m");
  };
  expect(await escapes([], {})).toBe(true);
  expect(await escapes(["--no-color"], {})).toBe(false);
  expect(await escapes([], { NO_COLOR: "1" })).toBe(false);
});

test("in the shell of an agent whose server runs, no host key is trusted by the wizard", async () => {
  await using place = await openSetUpPlace();
  place.home.tempHome.write(config, "connections:\n  web: {host: b}\n");
  await Bun.write(place.sshd.knownHostsFile, "");
  await using _ = await place.home.start();
  await using run = new TerminalRun(["add", "lo"], { ...place.home.env, TERM: "xterm" });
  for (const question of [
    /Its name/,
    /User there/,
    /Port/,
    /How do you log in/,
    /Begin notes/,
    /Nothing is written/,
  ]) {
    await run.shows(new RegExp(`◆.*${question.source}`));
    run.type("\r");
  }
  expect(await run.ended()).toBe(1);
  expect(run.output).toContain("which also started a server for an agent");
  expect(place.read(config)).not.toContain("lo");
});
