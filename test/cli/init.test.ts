import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { makeKey } from "../support/loopback-sshd.ts";
import { until } from "../support/private-tmux.ts";
import type { ScreenRun } from "../support/screen-run.ts";
import { openSetUpPlace, type SetUpPlace } from "../support/set-up-place.ts";

setDefaultTimeout(120_000);

const source = /◆ {2}Which hosts/;
const aliases = /◆ {2}Which of them/;
const notes = /◆ {2}Begin notes/;
const clients = /◆ {2}In which programs/;
const plan = /◆ {2}Nothing is written yet/;
const failed = /◆ {2}What now with/;
const init = ["init", "--force"];

test.each([
  ["80x24", { cols: 80, rows: 24 }],
  ["a window of 40x15", { cols: 40, rows: 15 }],
])("from nothing to the first call in %s", async (size, { cols, rows }) => {
  await using place = await openSetUpPlace();
  await using run = place.run(init, { cols, rows });
  const keep = (name: string) => expect(shown(run.screen(), place)).toMatchSnapshot(`${size}: ${name}`);
  await run.shows(source);
  keep("source");
  run.press("Enter");
  await run.shows(aliases);
  keep("aliases");
  run.press("Down", "Space");
  await run.shows(/◼ lo/);
  run.press("Enter");
  await run.shows(notes);
  keep("notes");
  run.press("Enter");
  await run.shows(clients);
  keep("clients");
  run.press("Enter");
  await run.shows(plan);
  keep("plan");
  expect(existsSync(place.home.root)).toBe(false);
  run.press("Enter");
  expect(await run.ended()).toBe(0);
  expect(shown(run.everything(), place)).toMatchSnapshot(`${size}: everything`);
  expect(place.read(".mcp-ssh-interactive/config.yml")).toBe(
    "connections:\n  lo:\n    host: lo\n    info_file: lo.md\n",
  );
  expect(place.read(".mcp-ssh-interactive/info/lo.md")).toMatch(
    /^# lo\n[^]*- System: .+\n- Login: .+\n- Admin/,
  );
  expect(JSON.parse(place.read(".cursor/mcp.json") ?? "")).toMatchObject({
    mcpServers: { "mcp-ssh-interactive": {} },
  });
  for (const path of ["", "/config.yml", "/info", "/info/lo.md"])
    expect(statSync(place.home.root + path).mode & 0o077).toBe(0);
  expect(await place.pipe("validate")).toMatchObject({ exitCode: 0 });
});

test("Ctrl+C at each question leaves everything as it was", async () => {
  await using place = await openSetUpPlace();
  const before = place.everything();
  const steps: (readonly [RegExp, ...string[]])[] = [
    [source, "Enter"],
    [aliases, "Space", "Enter"],
    [notes, "Enter"],
    [clients, "Enter"],
    [plan, "Enter"],
  ];
  for (const [stopAt, [question]] of steps.entries()) {
    await using run = place.run(init);
    for (const [pattern, ...keys] of steps.slice(0, stopAt)) {
      await run.shows(pattern);
      run.press(...keys);
    }
    await run.shows(question);
    run.press("C-c");
    expect(await run.ended()).toBe(130);
    expect(run.screen()).toContain("Nothing was changed.");
    expect(place.everything()).toBe(before);
  }
});

test("Ctrl+C while a host is tried, Ctrl+D at a question and a terminal that goes leave nothing behind", async () => {
  await using place = await openSetUpPlace();
  using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const config = `Host lo\n  HostName 127.0.0.1\n  Port ${silent.port}\n`;
  place.home.tempHome.write(".ssh/config", config);
  const before = place.everything();
  const trees = () => readdirSync("/tmp").filter((name) => name.startsWith("mcp-ssh-init-"));
  const others = new Set(trees());
  await using run = place.run(["add", "lo"]);
  await addAlias(run);
  await run.shows(/Testing lo/);
  run.press("C-c");
  expect(await run.ended()).toBe(130);
  await using second = place.run(["add", "lo"]);
  await second.shows(/Its name or address/);
  second.press("C-d");
  expect(await second.ended()).toBe(130);
  const third = place.run(["add", "lo"]);
  await third.shows(/Its name or address/);
  await third[Symbol.asyncDispose]();
  expect(place.everything()).toBe(before);
  await until("the end of all", () => trees().every((name) => others.has(name)), 60_000);
});

test("Escape goes back through every question, and no answer is lost", async () => {
  await using place = await openSetUpPlace();
  await using run = place.run(init);
  await run.shows(source);
  run.press("Down", "Enter");
  await answer(run, /◆ {2}Its name or address/, "web.example");
  await answer(run, /◆ {2}User there/, "deploy");
  await answer(run, /◆ {2}Port/, "2222");
  await run.shows(/◆ {2}What agents call it[^]*│ {2}web/);
  for (const [pattern, value] of [
    [/◆ {2}Port[^◆]*│ {2}2222/, "2222"],
    [/◆ {2}User there[^◆]*│ {2}deploy/, "deploy"],
    [/◆ {2}Its name or address[^◆]*│ {2}web\.example/, "web.example"],
  ] as const) {
    run.press("Escape");
    expect(await run.shows(pattern)).toBeDefined();
    expect(run.screen()).toContain(value);
  }
  run.press("Escape");
  await run.shows(/◆ {2}Which hosts[^◆]*● A host that I type in/);
  run.press("Enter");
  await run.shows(/◆ {2}Its name or address[^◆]*web\.example/);
  run.type("/x");
  run.press("Enter");
  await run.shows(/no host name has/);
  run.press("C-c");
  expect(await run.ended()).toBe(130);
});

test("a host whose key is unknown is trusted within the wizard, by the code that the terminal shows", async () => {
  await using place = await openSetUpPlace();
  const { sshd } = place;
  await sshd.rotateHostKey();
  await Bun.write(sshd.knownHostsFile, "");
  await using run = place.run(["add", "lo"], { cols: 100, rows: 50 });
  await addAlias(run);
  const [, code = ""] = await run.shows(/type (\d{4}) and Enter/);
  expect(run.screen()).toContain(sshd.hostKey.fingerprint);
  run.type(code);
  run.press("Enter");
  expect(await run.ended()).toBe(0);
  expect(readFileSync(sshd.knownHostsFile, "utf8")).toContain(sshd.hostKey.publicLine.split(" ")[1] ?? "-");
  expect(place.read(".mcp-ssh-interactive/config.yml")).toContain("lo:");
  expect(run.screen()).toMatch(/lo opens\./);
});

test("a passphrase that ssh wants is typed unseen, and the host opens", async () => {
  await using place = await openSetUpPlace();
  const key = join(place.home.tempHome.home, ".ssh", "locked");
  makeKey(key, "open sesame");
  await Bun.write(join(place.sshd.folder, "authorized_keys"), readFileSync(`${key}.pub`));
  const { port, user } = place.sshd;
  const flags = ["--host", "127.0.0.1", "--port", `${port}`, "--user", user, "--key", "~/.ssh/locked"];
  await using run = place.run(["add", "lo", ...flags], { cols: 120, rows: 50 });
  await addAlias(run);
  await run.shows(/Enter passphrase for key/);
  const [, code = ""] = await run.shows(/type (\d{4}) and Enter/);
  run.type(code);
  run.press("Enter");
  await run.shows(/Your answer, which is not shown:/);
  run.type("open sesame");
  run.press("Enter");
  expect(await run.ended()).toBe(0);
  expect(run.everything()).not.toContain("open sesame");
  expect(place.read(".mcp-ssh-interactive/config.yml")).toContain(
    "    key_path: ~/.ssh/locked\n    use_agent: true\n    passphrase: {ask: true}\n",
  );
  expect(place.read(".mcp-ssh-interactive/info/lo.md")).toContain("- System: ");
});

test("of two hosts the one that fails can be left out or written all the same", async () => {
  await using place = await openSetUpPlace();
  for (const [keys, expected] of [
    [["Down", "Enter"], false],
    [["Down", "Down", "Enter"], true],
  ] as const) {
    await using run = place.run([...init, "--home", join(place.home.tempHome.home, `tree-${expected}`)]);
    await run.shows(source);
    run.press("Enter");
    await run.shows(aliases);
    run.press("Down", "Space", "Down", "Space", "Enter");
    await run.shows(notes);
    run.press("Down", "Enter");
    await run.shows(clients);
    run.press("Space", "Enter");
    await run.shows(plan);
    run.press("Enter");
    await run.shows(failed);
    expect(run.screen()).toContain("refused the connection");
    run.press(...keys);
    expect(await run.ended()).toBe(0);
    const config = place.read(`tree-${expected}/config.yml`);
    expect(config).toContain("  lo:\n    host: lo\n");
    expect(config?.includes("  down:")).toBe(expected);
  }
});

test("a second run offers what is not there yet and adds it, comments and the old file kept", async () => {
  await using place = await openSetUpPlace();
  const old = "# mine\nconnections:\n  behind: {host: behind} # the far one\n\nsettings: {wait_seconds: 3}\n";
  place.home.tempHome.write(".mcp-ssh-interactive/config.yml", old);
  await using run = place.run(init);
  await run.shows(source);
  run.press("Enter");
  await run.shows(aliases);
  expect(run.screen()).not.toContain("behind");
  run.press("Space", "Enter");
  await run.shows(notes);
  run.press("Enter");
  await run.shows(clients);
  run.press("Enter");
  await run.shows(plan);
  run.press("Enter");
  expect(await run.ended()).toBe(0);
  const added = "  lo:\n    host: lo\n    info_file: lo.md\n";
  expect(place.read(".mcp-ssh-interactive/config.yml")).toBe(old.replace("one\n", `one\n${added}`));
  const backup = readdirSync(place.home.root).find((name) => name.endsWith(".bak"));
  expect(place.read(`.mcp-ssh-interactive/${backup}`)).toBe(old);
  await using again = place.run(init);
  await again.shows(source);
  again.press("Down", "Down", "Enter");
  await again.shows(plan);
  again.press("Enter");
  expect(await again.ended()).toBe(0);
  expect(again.screen()).toContain("nothing was changed");
});

/** Text that was typed by then is kept. */
async function answer(run: ScreenRun, question: RegExp, text: string): Promise<void> {
  await run.shows(question);
  run.type(text);
  await until(text, () => run.screen().includes(text));
  run.press("Enter");
}

/** Every suggestion of `add` is taken. */
async function addAlias(run: ScreenRun): Promise<void> {
  for (const question of [/Its name or address/, /User there/, /Port/, /How do you log in/, /Begin notes/]) {
    await run.shows(new RegExp(`◆ {2}${question.source}`));
    run.press("Enter");
  }
  await run.shows(plan);
  run.press("Enter");
}

/** What differs from run to run, as words. */
function shown(text: string, { sshd }: SetUpPlace): string {
  return text
    .replaceAll(String(sshd.port), "PORT")
    .replaceAll(sshd.user, "USER")
    .replace(/lo opens\.[^]*?\n│\n/, "lo opens. OS.\n│\n")
    .replace(/ \d[\d:]+ up [^]*?\n│\n/, " UPTIME\n│\n")
    .replace(/(c1|exited 0) in [\d.]+ m?s/g, "$1 in TIME")
    .replace(/exited 0 after [\d.]+ m?s/g, "exited 0 after TIME")
    .replace(/^│ {6}(Linux|Darwin) .*$/m, "│      UNAME");
}
