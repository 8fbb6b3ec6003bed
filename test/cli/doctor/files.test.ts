import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { binary } from "../../binary/binary.ts";
import { faultsOf, paste, runDoctor, runDoctorWithoutLocks } from "../../support/doctor-run.ts";
import { makeKey } from "../../support/loopback-sshd.ts";
import { McpHome } from "../../support/mcp-server.ts";

let home: McpHome;
beforeEach(() => {
  home = new McpHome();
  for (const folder of ["locks", "transfers", "mux"]) mkdirSync(join(home.root, folder), { mode: 0o700 });
  home.tempHome.writeConfig("connections:\n  web: {host: web, use_agent: false}\n");
});
afterEach(() => home[Symbol.asyncDispose]());

function inTree(path: string): string {
  return join(home.root, path);
}

function inHome(path: string): string {
  return join(home.tempHome.home, path);
}

function configure(...lines: readonly string[]): void {
  home.tempHome.writeConfig(["connections:", ...lines, ""].join("\n"));
}

test("a sound set-up has no fault", async () => {
  paste(`${binary} install cursor --yes --force`, home.env);
  const report = await runDoctor(home.env);
  expect({ faults: faultsOf(report), exitCode: report.exitCode, stderr: report.stderr }).toEqual({
    faults: [],
    exitCode: 0,
    stderr: "",
  });
  expect(report.healthy).toBe(true);
});

test("a disk that takes no locks is a fault of its own", async () => {
  const report = await runDoctorWithoutLocks(home.env);
  expect(faultsOf(report, "disk")).toMatchObject([
    {
      verdict: "fail",
      fact: expect.stringContaining("ENOLCK"),
      fix: expect.stringContaining("--home DIR"),
    },
  ]);
  expect(report.exitCode).toBe(1);
});

type Broken = {
  readonly title: string;
  readonly name: string;
  readonly verdict?: "warn";
  readonly fact: RegExp;
  readonly breakIt: () => void;
  /** False where --fix leaves it to the human. */
  readonly isSafe: boolean;
};

const broken: readonly Broken[] = [
  {
    title: "a tree that does not exist",
    name: "folders",
    fact: /\.mcp-ssh-interactive does not exist/,
    breakIt: () => rmSync(home.root, { recursive: true }),
    isSafe: true,
  },
  {
    title: "a tree that others may read",
    name: "folders",
    fact: /has mode 755, open to others/,
    breakIt: () => chmodSync(home.root, 0o755),
    isSafe: true,
  },
  {
    title: "a file in the tree's place",
    name: "folders",
    fact: /is no folder of its own/,
    breakIt: () => {
      renameSync(home.root, `${home.root}.real`);
      writeFileSync(home.root, "");
    },
    isSafe: false,
  },
  {
    title: "an inner folder that is missing",
    name: "folders",
    verdict: "warn",
    fact: /logs does not exist yet/,
    breakIt: () => rmSync(inTree("logs"), { recursive: true }),
    isSafe: true,
  },
  {
    title: "an inner folder that others may read",
    name: "folders",
    verdict: "warn",
    fact: /info has mode 750, open to others/,
    breakIt: () => chmodSync(inTree("info"), 0o750),
    isSafe: true,
  },
  {
    title: "a link to a folder that others may read",
    name: "folders",
    fact: /logs leads to .*shared, which is open to others \(mode 755\)/,
    breakIt: () => {
      mkdirSync(inHome("shared"), { mode: 0o755 });
      rmSync(inTree("logs"), { recursive: true, force: true });
      symlinkSync(inHome("shared"), inTree("logs"));
    },
    isSafe: false,
  },
  {
    title: "a log that others may read",
    name: "folders",
    verdict: "warn",
    fact: /web\.log may be read by others/,
    breakIt: () => void home.tempHome.write(".mcp-ssh-interactive/logs/web.log", "x", 0o644),
    isSafe: true,
  },
  {
    title: "several files that others may read",
    name: "folders",
    verdict: "warn",
    fact: /and 1 more may be read by others/,
    breakIt: () => {
      home.tempHome.write(".mcp-ssh-interactive/logs/a b.log", "x", 0o644);
      home.tempHome.write(".mcp-ssh-interactive/logs/c'd.log", "x", 0o666);
    },
    isSafe: true,
  },
  {
    title: "a state file that could not be used",
    name: "state",
    verdict: "warn",
    fact: /state\.json could not be used once and was kept as state\.json\.corrupt-2026;/,
    breakIt: () => void home.tempHome.write(".mcp-ssh-interactive/state.json.corrupt-2026", "{", 0o600),
    isSafe: false,
  },
  {
    title: "a configuration that others may read",
    name: "config",
    fact: /has mode 644, not 600/,
    breakIt: () => chmodSync(home.tempHome.configFile, 0o644),
    isSafe: true,
  },
  {
    title: "a key that others may read",
    name: "config",
    fact: /line 2: the key file .* is open to others \(mode 640\)/,
    breakIt: () => {
      const key = home.tempHome.write("my keys/id", "");
      rmSync(key);
      makeKey(key);
      chmodSync(key, 0o640);
      configure("  web: {host: web, key_path: ~/my keys/id}");
    },
    isSafe: true,
  },
  {
    title: "a file with a secret that others may read",
    name: "config",
    fact: /the file of password is open to others/,
    breakIt: () => {
      home.tempHome.write("secret", "hunter22", 0o604);
      configure("  web: {host: web, use_agent: false, password: {file: ~/secret}}");
    },
    isSafe: true,
  },
  {
    title: "a transfer folder that does not exist",
    name: "config",
    verdict: "warn",
    fact: /the folder .*\/share of transfer_dirs does not exist/,
    breakIt: () => configure("  web: {host: web, use_agent: false}", "settings: {transfer_dirs: [~/share]}"),
    isSafe: false,
  },
];

describe("doctor names the fault, and the command that mends it, of", () => {
  test.each(broken.map((each) => [each.title, each] as const))("%s", async (_, setUp) => {
    setUp.breakIt();
    const report = await runDoctor(home.env);
    const [fault] = faultsOf(report, setUp.name);
    expect(fault).toMatchObject({
      verdict: setUp.verdict ?? "fail",
      fact: expect.stringMatching(setUp.fact),
    });
    expect(report.exitCode).toBe(setUp.verdict === "warn" ? 0 : 1);
    paste(fault?.fix ?? "false", home.env);
    const after = faultsOf(await runDoctor(home.env), setUp.name);
    expect(after.filter(({ fact }) => setUp.fact.test(fact))).toEqual([]);
  });
});

describe("doctor --fix", () => {
  test.each(broken.map((each) => [each.title, each] as const))(
    "mends %s, or leaves it as it is",
    async (_, setUp) => {
      setUp.breakIt();
      const before = snapshot();
      const { mended, ...report } = await runDoctor(home.env, "--fix");
      const left = faultsOf({ ...report, mended }, setUp.name).filter(({ fact }) => setUp.fact.test(fact));
      expect({ isMended: mended.length > 0, left: left.length }).toEqual({
        isMended: setUp.isSafe,
        left: setUp.isSafe ? 0 : 1,
      });
      if (!setUp.isSafe) expect(snapshot()).toEqual(before);
    },
  );

  test("changes modes and makes folders, and touches nothing else", async () => {
    chmodSync(inTree("logs"), 0o755);
    rmSync(inTree("transfers"), { recursive: true });
    home.tempHome.write(".mcp-ssh-interactive/state.json", "not JSON", 0o644);
    home.tempHome.write(".mcp-ssh-interactive/logs/web.log", "text", 0o640);
    home.tempHome.write(".ssh/config", "Host web\n", 0o644);
    const before = snapshot();
    const { mended } = await runDoctor(home.env, "--fix");
    expect(mended).toHaveLength(4);
    const after = snapshot();
    const root = ".mcp-ssh-interactive";
    expect(after).toEqual(
      [
        ...before
          .map((line) => line.replace(/^755 (d .*logs)$/, "700 $1"))
          .map((line) => line.replace(/^6\d\d (f .*(?:state\.json|web\.log) )/, "600 $1")),
        `700 d ${root}/transfers`,
      ].sort(byPath),
    );
  });

  test("follows no link", async () => {
    const outside = home.tempHome.write("outside/file", "x", 0o644);
    rmSync(inTree("logs"), { recursive: true });
    chmodSync(dirname(outside), 0o755);
    symlinkSync(dirname(outside), inTree("logs"));
    symlinkSync(outside, inTree("info/link.md"));
    const before = snapshot();
    const report = await runDoctor(home.env, "--fix");
    expect(report.mended).toEqual([]);
    expect(faultsOf(report, "folders")).toMatchObject([
      {
        fact: expect.stringContaining(
          `${inTree("logs")} leads to ${dirname(outside)}, which is open to others`,
        ),
      },
    ]);
    expect(snapshot()).toEqual(before);
  });

  test("without it nothing changes", async () => {
    for (const { breakIt } of broken.slice(3)) breakIt();
    const before = snapshot();
    await runDoctor(home.env);
    expect(snapshot()).toEqual(before);
  });
});

/** Mode, kind, path, size and time of all under the home folder; a folder's time and size say no more than its names do. */
function snapshot(): string[] {
  const top = home.tempHome.home;
  const names = readdirSync(top, { recursive: true, encoding: "utf8" });
  const lines = names.map((name) => {
    const facts = lstatSync(join(top, name));
    const mode = (facts.mode & 0o777).toString(8);
    if (facts.isDirectory()) return `${mode} d ${name}`;
    return `${mode} ${facts.isFile() ? "f" : "l"} ${name} ${facts.size} ${facts.mtimeMs}`;
  });
  return lines.sort(byPath);
}

function byPath(left: string, right: string): number {
  const path = (line: string) => line.split(" ").slice(2).join(" ");
  return path(left) < path(right) ? -1 : 1;
}

describe("doctor names the fault and its place where a human must decide:", () => {
  test.each<[title: string, lines: readonly string[], fact: string, fix: string]>([
    ["an unknown key", ["  web: {host: web, prot: 22}"], 'line 2: unknown key "prot"', "did you mean `port`"],
    ["a tab", ["\tweb: {host: web}"], "line 2: this is not YAML: a tab", "indent with spaces"],
    [
      "a key that is missing",
      ["  web: {host: web, key_path: ~/none}"],
      "/none does not exist",
      "correct the path",
    ],
    [
      "an info file that is missing",
      ["  web: {host: web, info_file: web.md}"],
      "web.md does not exist",
      "info",
    ],
    [
      "a circle of jumps",
      ["  web: {host: web, proxy_jump: db}", "  db: {host: db, proxy_jump: web}"],
      "leads in a circle",
      "name another way",
    ],
    [
      "a slip in a jump's name",
      ["  web: {host: web, proxy_jump: bastoin}", "  bastion: {host: b}"],
      'no connection is named "bastoin"',
      "did you mean `bastion`?",
    ],
    [
      "a password in the file",
      ["  web: {host: web, password: hunter22}"],
      "password stands in the file as text",
      "keychain",
    ],
  ])("%s", async (_, lines, fact, fix) => {
    configure(...lines);
    const faults = faultsOf(await runDoctor(home.env), "config");
    expect(faults[0]).toMatchObject({
      fact: expect.stringContaining(fact),
      fix: expect.stringContaining(fix),
    });
  });

  test("no configuration at all", async () => {
    rmSync(home.tempHome.configFile);
    const report = await runDoctor(home.env, "--fix");
    expect(faultsOf(report, "config")).toMatchObject([
      { verdict: "fail", fact: `there is no ${home.tempHome.configFile}`, fix: "mcp-ssh-interactive init" },
    ]);
    expect(existsSync(home.tempHome.configFile)).toBe(false);
  });
});
