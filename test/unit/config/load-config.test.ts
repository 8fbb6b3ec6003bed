import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../../../src/base/user-error.ts";
import { createConfigSource, loadConfig, type LoadedConfig } from "../../../src/config/load-config.ts";
import { InvalidConfig } from "../../../src/config/parse-config.ts";
import { TempHome } from "../../support/temp-home.ts";

let temp: TempHome;
beforeEach(() => {
  temp = new TempHome();
});
afterEach(() => temp[Symbol.asyncDispose]());

function load(text?: string | Uint8Array): LoadedConfig {
  if (text !== undefined) temp.writeConfig(text);
  return loadConfig({ path: temp.configFile, home: temp.home });
}

function refusalOf(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError && error.code === "CONFIG_INVALID") return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

function configOf(loaded: LoadedConfig, name: string) {
  const entry = loaded.connections.get(name);
  if (entry === undefined || !("config" in entry)) throw new Error(JSON.stringify(entry));
  return entry.config;
}

function problemOf(loaded: LoadedConfig, name: string): string {
  const entry = loaded.connections.get(name);
  if (entry === undefined || !("problem" in entry)) throw new Error(`${name} has no problem`);
  return entry.problem;
}

const one = (lines: string) => `connections:\n  web:\n    host: a\n${lines.replace(/^/gm, "    ")}\n`;

describe("a connection", () => {
  test("with only a host uses the agent and leaves the rest to ssh_config", () => {
    expect(configOf(load("connections:\n  web:\n    host: alias\n"), "web")).toEqual({
      name: "web",
      host: "alias",
      useAgent: true,
      auth: ["agent"],
      description: "",
      sshOptions: {},
      hostKey: "strict",
      shellIntegration: "auto",
      secrets: new Map(),
      policy: { mode: "full", allow: [], deny: [] },
      tags: [],
    });
  });

  test("hands down every key that this version keeps", () => {
    const key = temp.write(".ssh/id", "key");
    const text = one(
      "user: me\nport: 2222\nkey_path: ~/.ssh/id\ndescription: 42\ninfo_file: web.md\nuse_agent: on\nproxy_jump: u@jump:23\n" +
        "ssh_options: {serveraliveinterval: 30, UserKnownHostsFile: ~/kh}\nhost_key: strict\nshell_integration: never\npolicy: {mode: full}\ntags: [web, 7]",
    );
    const loaded = load(text);
    expect(loaded.faults).toEqual([]);
    expect(configOf(loaded, "web")).toMatchObject({
      user: "me",
      port: 2222,
      keyPath: key,
      description: "42",
      infoFile: { path: join(temp.root, "info/web.md"), within: join(temp.root, "info") },
      useAgent: true,
      auth: ["key", "agent"],
      proxyJump: "u@jump:23",
      sshOptions: { ServerAliveInterval: "30", UserKnownHostsFile: "~/kh" },
      shellIntegration: "never",
      tags: ["web", "7"],
    });
  });

  test("takes an info file from ~/ and from / without holding it inside info/", () => {
    expect(configOf(load(one("info_file: ~/notes/a.md")), "web").infoFile).toEqual({
      path: join(temp.home, "notes/a.md"),
    });
    expect(configOf(load(one("info_file: /srv/a.md")), "web").infoFile).toEqual({ path: "/srv/a.md" });
  });

  test("hands down where its secrets come from, with whole paths", () => {
    const secrets = "secrets: {sudo: {env: A, for: sudo}, db: {file: keys/db}}";
    const loaded = load(one(`password: hunter22\npassphrase: {file: ~/phrase}\n${secrets}`));
    expect(configOf(loaded, "web")).toMatchObject({
      auth: ["password"],
      password: { kind: "plain", text: "hunter22" },
      passphrase: { kind: "file", from: join(temp.home, "phrase") },
      secrets: new Map([
        ["sudo", { source: { kind: "env", from: "A" }, for: "sudo" }],
        ["db", { source: { kind: "file", from: join(temp.root, "keys/db") } }],
      ]),
    });
  });

  test("shows a known secret neither in its description nor in a problem", () => {
    const loaded = load(
      "connections:\n  web: {host: a, password: hunter22, description: use hunter22}\n  db: {host: a, description: or hunter22}\n" +
        "  bad: {host: a, user: -hunter22}\n",
    );
    expect(configOf(loaded, "db").description).toBe("or •••");
    expect(configOf(loaded, "web").description).toBe("use •••");
    expect(problemOf(loaded, "bad")).not.toContain("hunter22");
    expect(loaded.plainSecrets).toEqual(["hunter22"]);
  });
});

describe("faults", () => {
  const cases: readonly [lines: string, line: number, column: number, message: string][] = [
    ["port: 70000", 4, 11, "port is not a whole number from 1 to 65535"],
    ["port: 22.5", 4, 11, "port is not a whole number"],
    ["port: [22]", 4, 5, "port is a map or a list"],
    ["user: -oProxyCommand=x", 4, 11, 'user begins with "-"'],
    ["user: ''", 4, 5, "user is empty"],
    ["use_agent: maybe", 4, 16, "use_agent is neither true nor false"],
    ["shell_integration: often", 4, 24, "is none of auto, always, never"],
    ["tags: web", 4, 11, "tags is not a list"],
    ["policy: full", 4, 13, "policy is not a map of keys"],
    ["policy:", 4, 5, "policy is not a map of keys"],
    ["policy: {mod: full}", 4, 14, 'unknown key "mod"'],
    [
      "policy: {deny: [ls, rm; ls]}",
      4,
      25,
      "policy.deny.1 is more than plain words with blanks between them",
    ],
    [
      "policy: {allow: ['* x']}",
      4,
      22,
      "policy.allow.0 does not write out its first word, the command's name",
    ],
    ["host_key: accept", 4, 15, "host_key is none of"],
    ["ssh_options: {ProxyCommand: nc}", 4, 33, "ProxyCommand is not among the allowed ssh options"],
    ["ssh_options: {Compression: 'yes\\n'}", 4, 32, "is not a plain one-line value"],
    ["ssh_options: {Compression: yes, compression: no}", 4, 50, "Compression is given twice"],
    ["ssh_options: nothing", 4, 18, "ssh_options is not a map of keys"],
    ["proxy_jump: a b", 4, 17, "proxy_jump holds white space"],
    ["proxy_jump: web", 4, 17, "proxy_jump names this connection itself"],
    ["key_path: ~other/id", 4, 15, "another user's ~"],
    ["key_path: ~/missing", 4, 15, "does not exist"],
    ["secrets: {a: {comand: x}}", 4, 19, 'unknown key "comand"'],
    ["secrets: {a: {env: A, file: b}}", 4, 15, "needs exactly one source"],
    ["secrets: {a: {env: 1x}}", 4, 24, "is not the name of an environment variable"],
    ["pasword: hunter22", 4, 5, 'unknown key "pasword"'],
  ];

  test.each(cases)(
    "%p has its place and keeps the connection from opening",
    (lines, line, column, message) => {
      const loaded = load(one(lines));
      expect(loaded.faults[0]).toMatchObject({
        line,
        column,
        connection: "web",
        message: expect.stringContaining(message),
      });
      expect(loaded.faults[0]?.fix).not.toBe("");
      expect(problemOf(loaded, "web")).toContain(message);
      expect(JSON.stringify(loaded.faults)).not.toContain("hunter22");
    },
  );

  test("are all reported at once, in the order of the file, and spare the other connections", () => {
    const loaded = load(
      "connections:\n  bad:\n    prot: 1\n    port: x\n  good: {host: a}\nsettings:\n  max_sesions: 1\n  wait_seconds: -1\nsetings: 1\n",
    );
    expect(loaded.faults.map(({ line, message }) => [line, message.split(" ")[0]])).toEqual([
      [2, "host"],
      [3, "unknown"],
      [4, "port"],
      [7, "unknown"],
      [8, "wait_seconds"],
      [9, "unknown"],
    ]);
    expect(configOf(loaded, "good").host).toBe("a");
    expect(loaded.settings.waitSeconds).toBe(0);
  });

  test("of an unknown key name the nearest known one", () => {
    const fixes = load(`${one("descripton: x\nprot: 22")}settings: {max_sesions: 2}`).faults.map(
      ({ fix }) => fix,
    );
    expect(fixes).toEqual([
      "did you mean `description`?",
      "did you mean `port`?",
      "did you mean `max_sessions`?",
    ]);
  });

  test.each(["web:", "web: text", "web: [host]"])("a connection written as %p hides no other", (entry) => {
    const loaded = load(`connections:\n  ${entry}\n  good: {host: a}\n`);
    expect(problemOf(loaded, "web")).toContain("not a map of keys");
    expect(configOf(loaded, "good").host).toBe("a");
  });
});

describe("a jump through another connection", () => {
  test("is refused when that one does not open, or leads in a circle", () => {
    const loaded = load(
      "connections:\n  a: {host: a, proxy_jump: b}\n  b: {host: b, proxy_jump: a}\n  c: {host: c, proxy_jump: bad}\n  d: {host: d, proxy_jump: c}\n" +
        "  bad: {host: x, port: 0}\n  ok: {host: e, proxy_jump: good}\n  good: {host: f}\n",
    );
    expect(problemOf(loaded, "a")).toContain("circle");
    expect(problemOf(loaded, "b")).toContain("circle");
    expect(problemOf(loaded, "c")).toContain('"bad"');
    expect(problemOf(loaded, "d")).toContain('"c"');
    expect(configOf(loaded, "ok").proxyJump).toBe("good");
  });

  test("is refused when that one's key is missing", () => {
    const loaded = load("connections:\n  a: {host: a, proxy_jump: b}\n  b: {host: b, key_path: ~/missing}\n");
    expect(problemOf(loaded, "a")).toContain('"b"');
  });
});

describe("a key that changes safety and cannot be read", () => {
  test.each(["settings: {redact: [[abc]]}", "settings: {redat: [abc]}", "settings: [redact]"])(
    "%p keeps every connection from opening",
    (settings) => {
      expect(problemOf(load(`${one("")}${settings}\n`), "web")).toMatch(/reda|settings/);
    },
  );

  test.each([
    "settings: {redact: []}",
    "settings: {redact: [abc]}",
    "settings:",
    "settings: {wait_seconds: x}",
  ])("%p keeps none from opening", (settings) => {
    expect(configOf(load(`${one("")}${settings}\n`), "web").name).toBe("web");
  });
});

describe("a file of which nothing can be used", () => {
  const texts: readonly [title: string, text: string | Uint8Array, message: string][] = [
    ["an empty file", "", "empty"],
    ["blanks", " \n\n", "empty"],
    ["only comments", "# a\n# b\n", "only comments"],
    ["no connections", "settings: {}\n", "no key `connections`"],
    ["connections without a value", "connections:\n", "`connections` is empty"],
    ["a list of connections", "connections:\n  - host: a\n", "is a list"],
    ["a list", "- a\n", "is a list"],
    ["text", "hello\n", "single value"],
    ["bad YAML", "connections:\n  a: {host: b\n", "not YAML"],
    ["zero bytes", "connections:\0\n", "binary"],
    ["text that is not UTF-8", new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe]), "UTF-8"],
    ["ten megabytes", "#".repeat(10 * 1024 * 1024), "larger than 1 MiB"],
  ];

  test.each(texts)("%s is refused with what to do", (_title, text, message) => {
    const error = refusalOf(() => load(text));
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe("");
  });

  test("names the nearest key when `connections` is misspelt, with its place", () => {
    const error = refusalOf(() => load("# head\nconections:\n  a: {host: b}\n"));
    expect(error).toBeInstanceOf(InvalidConfig);
    expect(error.hint).toContain("`conections`");
    expect(error.message).toContain("line 2, column 1");
  });

  test("a map without connections is no fault, only a warning", () => {
    const loaded = load("connections: {}\n");
    expect(loaded.faults).toEqual([]);
    expect(loaded.warnings[0]?.message).toContain("no connections");
  });

  test("a missing file is told with its path", () => {
    expect(refusalOf(() => load()).message).toContain(temp.configFile);
  });

  test("a folder in its place is refused", () => {
    mkdirSync(temp.configFile);
    expect(refusalOf(() => load()).message).toContain("is a folder");
  });

  test("a pipe in its place is refused at once", () => {
    expect(Bun.spawnSync(["mkfifo", "-m", "600", temp.configFile]).exitCode).toBe(0);
    expect(refusalOf(() => load()).message).toContain("pipe");
  });

  test("a device in its place is refused", () => {
    symlinkSync("/dev/zero", temp.configFile);
    expect(refusalOf(() => load()).message).toContain("device");
  });

  test("a link to nowhere and one to itself are refused", () => {
    symlinkSync("nowhere.yml", temp.configFile);
    expect(refusalOf(() => load()).message).toContain("no configuration");
    rmSync(temp.configFile);
    symlinkSync("config.yml", temp.configFile);
    expect(refusalOf(() => load()).message).toContain("ELOOP");
  });
});

describe("permissions", () => {
  test.each([0o644, 0o640, 0o660, 0o700, 0o601])(
    "a configuration with mode %o is refused with the chmod to run",
    (mode) => {
      temp.writeConfig("connections: {a: {host: b}}\n");
      chmodSync(temp.configFile, mode);
      expect(refusalOf(() => load()).hint).toContain(`chmod 600 ${temp.configFile}`);
    },
  );

  test("mode 400 is as good as 600", () => {
    temp.writeConfig("connections: {a: {host: b}}\n");
    chmodSync(temp.configFile, 0o400);
    expect(configOf(load(), "a").host).toBe("b");
  });

  test("a folder of ours that is open to others is refused with the chmod to run", () => {
    temp.writeConfig("connections: {a: {host: b}}\n");
    chmodSync(temp.root, 0o750);
    expect(refusalOf(() => load()).hint).toContain(`chmod 700 ${temp.root}`);
  });

  test("a link is followed and its target's mode counts", () => {
    const target = temp.write("dotfiles/config.yml", "connections: {a: {host: b}}\n");
    symlinkSync(target, temp.configFile);
    expect(configOf(load(), "a").host).toBe("b");
    chmodSync(target, 0o644);
    expect(refusalOf(() => load()).message).toContain("mode 644");
  });

  test("a key file that is open to others is a fault and left to ssh to refuse", () => {
    temp.write("id", "key", 0o644);
    const loaded = load(one("key_path: ~/id"));
    expect(loaded.faults[0]?.fix).toContain("chmod 600");
    expect(configOf(loaded, "web").keyPath).toBe(join(temp.home, "id"));
  });
});

describe("a source", () => {
  const host = (name: string) => `connections: {web: {host: ${name}}}\n`;

  test("gives the same parse while the file is unchanged", () => {
    temp.writeConfig(host("a"));
    const source = createConfigSource({ path: temp.configFile, home: temp.home });
    expect(configOf(source.current(), "web")).toBe(configOf(source.current(), "web"));
  });

  test("sees a change of the same length, also when the time of change is set back", () => {
    temp.writeConfig(host("aaa"));
    utimesSync(temp.configFile, 1000, 1000);
    const source = createConfigSource({ path: temp.configFile, home: temp.home });
    expect(configOf(source.current(), "web").host).toBe("aaa");
    temp.writeConfig(host("bbb"));
    utimesSync(temp.configFile, 1000, 1000);
    expect(configOf(source.current(), "web").host).toBe("bbb");
  });

  test("sees a file that was renamed into place", () => {
    temp.writeConfig(host("old"));
    const source = createConfigSource({ path: temp.configFile, home: temp.home });
    source.current();
    renameSync(temp.write("new.yml", host("new")), temp.configFile);
    expect(configOf(source.current(), "web").host).toBe("new");
  });

  test("tells the fault of a broken file at each call and works again when it is mended", () => {
    temp.writeConfig(host("a"));
    const source = createConfigSource({ path: temp.configFile, home: temp.home });
    source.current();
    temp.writeConfig("connections: {web: {ho");
    expect(refusalOf(() => source.current()).message).toContain("not YAML");
    expect(refusalOf(() => source.current()).message).toContain("not YAML");
    rmSync(temp.configFile);
    expect(refusalOf(() => source.current()).message).toContain("no configuration");
    temp.writeConfig(host("b"));
    expect(configOf(source.current(), "web").host).toBe("b");
  });

  test("refuses once the file or the folder was opened to others", () => {
    temp.writeConfig(host("a"));
    const source = createConfigSource({ path: temp.configFile, home: temp.home });
    source.current();
    chmodSync(temp.configFile, 0o644);
    expect(refusalOf(() => source.current()).hint).toContain("chmod 600");
    chmodSync(temp.configFile, 0o600);
    chmodSync(temp.root, 0o755);
    expect(refusalOf(() => source.current()).hint).toContain("chmod 700");
  });

  test("sees a key file that was created meanwhile", () => {
    temp.writeConfig(one("key_path: ~/id"));
    const source = createConfigSource({ path: temp.configFile, home: temp.home });
    expect(problemOf(source.current(), "web")).toContain("does not exist");
    temp.write("id", "key");
    expect(configOf(source.current(), "web").keyPath).toBe(join(temp.home, "id"));
  });
});
