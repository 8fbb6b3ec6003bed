import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { faultsOf, paste, runDoctor } from "../../support/doctor-run.ts";
import { makeKey, startLoopbackSshd } from "../../support/loopback-sshd.ts";
import { McpHome } from "../../support/mcp-server.ts";
import { tmuxProgram, until } from "../../support/private-tmux.ts";

let home: McpHome;
let bin: string;
beforeEach(() => {
  home = new McpHome();
  bin = join(home.tempHome.home, "bin");
  mkdirSync(bin, { mode: 0o755 });
  home.tempHome.writeConfig("connections:\n  web: {host: web, use_agent: false}\n");
});
afterEach(() => home[Symbol.asyncDispose]());

/** A PATH of one folder, with these programs of this machine in it. */
function onlyPrograms(...names: readonly string[]): Record<string, string> {
  for (const name of names) symlinkSync(Bun.which(name) ?? tmuxProgram(), join(bin, name));
  return { ...home.env, PATH: bin };
}

function script(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

const others = ["ssh", "ssh-keygen", "ssh-add"];

describe("tmux:", () => {
  test("that is not on PATH is named with its place, and keeps a client from being answered", async () => {
    const env = onlyPrograms(...others);
    const report = await runDoctor(env);
    const [fault] = faultsOf(report, "tmux");
    expect(fault).toMatchObject({ verdict: "fail", fact: expect.stringContaining("which is not on PATH") });
    expect(faultsOf(report, "handshake")).toMatchObject([
      {
        fact: expect.stringContaining("tmux was not found on PATH"),
        fix: expect.stringContaining("Install tmux"),
      },
    ]);
    const [, folder = ""] = /PATH="\$PATH:(.+)"$/.exec(fault?.fix ?? "") ?? [];
    const mended = await runDoctor({ ...env, PATH: `${bin}:${folder}` });
    expect([...faultsOf(mended, "tmux"), ...faultsOf(mended, "handshake")]).toEqual([]);
  });

  test("in a folder that others may write to is not used until that is mended", async () => {
    const env = onlyPrograms("tmux", ...others);
    chmodSync(bin, 0o777);
    const [fault] = faultsOf(await runDoctor(env), "tmux");
    expect(fault?.fact).toContain("others may write to that folder");
    paste(fault?.fix ?? "false", env);
    expect(faultsOf(await runDoctor(env), "tmux")).toEqual([]);
  });

  test("older than 2.6 is a fault", async () => {
    script("tmux", "echo tmux 2.5");
    const [fault] = faultsOf(await runDoctor(onlyPrograms(...others)), "tmux");
    expect(fault).toMatchObject({
      verdict: "fail",
      fact: `${bin}/tmux is tmux 2.5; 2.6 or newer is needed`,
      fix: expect.stringMatching(/install|add|-S/),
    });
  });

  test("that lacks something is told with what it lacks", async () => {
    script("tmux", `case $1 in -V) echo tmux 3.2a;; *) exec ${tmuxProgram()} "$@";; esac`);
    expect(faultsOf(await runDoctor(onlyPrograms(...others)), "tmux")).toMatchObject([
      { verdict: "warn", fact: expect.stringContaining("below 3.3 it passes escape sequences") },
    ]);
  });

  test("that any host could crash is a fault", async () => {
    script("tmux", "case $1 in -V) echo tmux 3.0a;; *) exit 1;; esac");
    expect(faultsOf(await runDoctor(onlyPrograms(...others)), "tmux")).toMatchObject([
      {
        verdict: "fail",
        fact: expect.stringContaining("CVE-2020-27347"),
        fix: expect.stringContaining("3.2"),
      },
    ]);
  });
});

describe("ssh:", () => {
  test("that is not on PATH is named with its place", async () => {
    expect(faultsOf(await runDoctor(onlyPrograms("tmux")), "ssh")).toMatchObject([
      {
        verdict: "fail",
        fact: expect.stringContaining("which is not on PATH"),
        fix: expect.stringContaining("export PATH="),
      },
    ]);
  });

  test.each([
    ["that is not OpenSSH", "echo Dropbear v2022.83 >&2", "is not OpenSSH's client"],
    ["older than 7.0", "echo OpenSSH_6.6.1p1 >&2", "is OpenSSH 6.6; 7.0 or newer is needed"],
  ])("%s is a fault", async (_, text, words) => {
    script("ssh", text);
    const [fault] = faultsOf(await runDoctor(onlyPrograms("tmux", "ssh-keygen")), "ssh");
    expect(fault).toMatchObject({ verdict: "fail", fact: expect.stringContaining(words) });
    expect(fault?.fix).toMatch(/openssh/);
  });

  test("that lacks something is told with what it lacks", async () => {
    script("ssh", "echo OpenSSH_8.2p1 Ubuntu >&2");
    const [fault] = faultsOf(await runDoctor(onlyPrograms("tmux", "ssh-keygen")), "ssh");
    expect(fault).toMatchObject({ verdict: "warn", fact: expect.stringContaining("needs 8.5") });
  });

  test("without ssh-keygen beside it is a fault", async () => {
    const [fault] = faultsOf(await runDoctor(onlyPrograms("tmux", "ssh")), "ssh");
    expect(fault).toMatchObject({
      verdict: "fail",
      fact: expect.stringContaining("ssh-keygen does not stand beside it"),
    });
  });
});

describe("keys and the agent:", () => {
  test("an encrypted key that nobody opens is told, and is well once the agent holds it", async () => {
    const key = join(home.tempHome.home, "locked");
    makeKey(key, "opensesame");
    home.tempHome.writeConfig(`connections:\n  web: {host: web, key_path: ${key}}\n`);
    const askpass = home.tempHome.write("ask", "#!/bin/sh\necho opensesame\n", 0o700);
    const socket = join(home.tempHome.home, "agent.sock");
    const agent = Bun.spawn(["ssh-agent", "-D", "-a", socket], { stdout: "ignore", stderr: "ignore" });
    try {
      const env = { ...home.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" };
      await until("the agent listens", () => Bun.spawnSync(["ssh-add", "-l"], { env }).exitCode === 1);
      const [fault] = faultsOf(await runDoctor(env), "keys");
      expect(fault).toMatchObject({
        verdict: "warn",
        fact: expect.stringContaining("is encrypted, no agent holds it"),
      });
      paste(fault?.fix ?? "false", env);
      const after = await runDoctor(env);
      expect([...faultsOf(after, "keys"), ...faultsOf(after, "agent")]).toEqual([]);
    } finally {
      agent.kill();
      await agent.exited;
    }
  });

  test("a file that is no key is a fault", async () => {
    const key = home.tempHome.write("garbage", "no key\n");
    home.tempHome.writeConfig(`connections:\n  web: {host: web, key_path: ${key}}\n`);
    expect(faultsOf(await runDoctor(home.env), "keys")).toMatchObject([
      {
        verdict: "fail",
        fact: `${key} is not a private key that ssh can read`,
        fix: expect.stringContaining(key),
      },
    ]);
  });

  test("no agent and no key is told where a connection needs one", async () => {
    home.tempHome.writeConfig("connections:\n  web: {host: web}\n");
    expect(faultsOf(await runDoctor(home.env), "agent")).toMatchObject([
      {
        verdict: "warn",
        fact: expect.stringContaining("SSH_AUTH_SOCK is not set"),
        fix: expect.stringContaining("ssh-agent"),
      },
    ]);
    home.tempHome.write(".ssh/id_ed25519", "");
    expect(faultsOf(await runDoctor(home.env), "agent")).toEqual([]);
  });

  test("a socket where no agent answers is told", async () => {
    const env = { ...home.env, SSH_AUTH_SOCK: join(home.tempHome.home, "dead.sock") };
    const [fault] = faultsOf(await runDoctor(env), "agent");
    expect(fault).toMatchObject({
      verdict: "warn",
      fact: expect.stringContaining("no agent answers at"),
      fix: "unset SSH_AUTH_SOCK",
    });
    expect(faultsOf(await runDoctor(home.env), "agent")).toEqual([]);
  });

  test("an agent without a key is told where a connection needs one", async () => {
    home.tempHome.writeConfig("connections:\n  web: {host: web}\n");
    const socket = join(home.tempHome.home, "agent.sock");
    const agent = Bun.spawn(["ssh-agent", "-D", "-a", socket], { stdout: "ignore", stderr: "ignore" });
    try {
      const env = { ...home.env, SSH_AUTH_SOCK: socket };
      await until("the agent listens", () => Bun.spawnSync(["ssh-add", "-l"], { env }).exitCode === 1);
      expect(faultsOf(await runDoctor(env), "agent")).toMatchObject([
        { verdict: "warn", fact: expect.stringContaining("the agent holds no key"), fix: "ssh-add" },
      ]);
    } finally {
      agent.kill();
      await agent.exited;
    }
  });

  test("sources of secrets that are not there are told, and none is read", async () => {
    home.tempHome.writeConfig(
      [
        "connections:",
        "  web: {host: web, password: {env: NO_SUCH_SECRET}}",
        `  db: {host: db, password: {command: "no-such-manager show db"}}`,
        `  ok: {host: ok, password: {command: "touch ${home.tempHome.home}/ran"}}`,
        "",
      ].join("\n"),
    );
    const faults = faultsOf(await runDoctor(home.env), "secrets");
    expect(faults).toMatchObject([
      { fact: expect.stringContaining("NO_SUCH_SECRET is not set"), fix: expect.stringContaining("env") },
      {
        fact: expect.stringContaining("no-such-manager is not on PATH"),
        fix: expect.stringContaining("install"),
      },
    ]);
    expect(await Bun.file(join(home.tempHome.home, "ran")).exists()).toBe(false);
    const set = { ...home.env, NO_SUCH_SECRET: "x" };
    expect(faultsOf(await runDoctor(set), "secrets")).toHaveLength(1);
  });
});

test("a locale that this machine does not have is told, and the export mends it", async () => {
  const env = { ...home.env, LC_ALL: "xx_XX.UTF-8" };
  const [fault] = faultsOf(await runDoctor(env), "locale");
  expect(fault).toMatchObject({ verdict: "warn", fact: expect.stringContaining("LC_ALL=xx_XX.UTF-8") });
  const [, value = ""] = /^export LC_ALL=(.+)$/.exec(fault?.fix ?? "") ?? [];
  expect(faultsOf(await runDoctor({ ...env, LC_ALL: value }), "locale")).toEqual([]);
});

test("our tmux server, where it is stopped, is a fault that the command mends; where it runs it is well", async () => {
  await using sshd = await startLoopbackSshd();
  home.writeConnections(McpHome.connection("lo", sshd));
  const server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "one" });
  expect(faultsOf(await runDoctor(home.env), "tmux-server")).toEqual([]);
  const pid = Number(home.tmux("display-message", "-p", "#{pid}"));
  process.kill(pid, "SIGSTOP");
  try {
    const [fault] = faultsOf(await runDoctor(home.env), "tmux-server");
    expect(fault).toMatchObject({
      verdict: "fail",
      fact: expect.stringContaining("it does not answer"),
      fix: `kill -CONT ${pid}`,
    });
    paste(fault?.fix ?? "false", home.env);
    expect(faultsOf(await runDoctor(home.env), "tmux-server")).toEqual([]);
  } finally {
    process.kill(pid, "SIGCONT");
  }
});

test("the text names verdict, check and fix in words, and counts them", async () => {
  chmodSync(home.root, 0o755);
  const { binary } = await import("../../binary/binary.ts");
  const { stdout, exitCode } = Bun.spawnSync([binary, "doctor"], { env: home.env, cwd: "/" });
  expect(stdout.toString()).toContain(
    `  fail  folders         ${home.root} has mode 755, open to others\n        fix: chmod 700 ${home.root}\n`,
  );
  expect(stdout.toString()).toMatch(
    /\n\d+ ok, \d+ warnings?, 1 fault\nmcp-ssh-interactive doctor --fix mends 1 of them\n$/,
  );
  expect(stdout.toString()).not.toContain("\x1b");
  expect(exitCode).toBe(1);
});

test("the README's troubleshooting names checks that there are", async () => {
  await using sshd = await startLoopbackSshd();
  home.writeConnections(McpHome.connection("lo", sshd, ["password: {env: HOME}"]));
  const { checks } = await runDoctor(home.env, "lo");
  const readme = readFileSync(join(import.meta.dir, "../../../README.md"), "utf8");
  const section = readme.split(/^## /m).find((part) => part.startsWith("Troubleshooting\n")) ?? "";
  const cells = section.split("\n").flatMap((line) => line.split(" | ")[1] ?? []);
  const named = cells.flatMap((cell) => Array.from(cell.matchAll(/`([a-z_-]+)`/g), ([, name]) => name ?? ""));
  const real = new Set(checks.map(({ name }) => name));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !real.has(name))).toEqual([]);
});
