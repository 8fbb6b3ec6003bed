import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";

import { commands, helpEntry } from "../../src/cli/commands.ts";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { TempHome } from "../support/temp-home.ts";
import { readBlockCommands, readCalls, readInlineCommands } from "./readme-commands.ts";
import { checkout, readFile } from "./tree.ts";

/** Run below, in the README's order, by bash in a home that is empty but for a key. */
const runHere = [
  "scripts/build",
  "mkdir -p ~/.local/bin && cp dist/mcp-ssh-interactive ~/.local/bin/",
  "mkdir -m 700 ~/.mcp-ssh-interactive",
  "(umask 077 && cat > ~/.mcp-ssh-interactive/config.yml) <<'END'",
  "mcp-ssh-interactive validate",
  "mcp-ssh-interactive install --print",
  'eval "$(mcp-ssh-interactive completions bash)"',
  "mkdir -p ~/.local/share/man/man1 && mcp-ssh-interactive help --man > ~/.local/share/man/man1/mcp-ssh-interactive.1",
];

/** Run by another test, or by the workflow of CI, which has these words in it. */
const runElsewhere: Readonly<Record<string, readonly [test: string, words: string]>> = {
  "scripts/demo": ["test/cli/demo.test.ts", "demo"],
  "scripts/test": [".github/workflows/ci.yml", "run: scripts/test\n"],
  "scripts/test test/tmux": [".github/workflows/ci.yml", "run: scripts/test test/tmux "],
  "scripts/build --all": ["test/release/release.test.ts", "buildRelease("],
  "mcp-ssh-interactive init": ["test/cli/init.test.ts", "wizard"],
  "mcp-ssh-interactive init --yes --from-ssh-config web1,web2 --client all": [
    "test/cli/add-remove.test.ts",
    '"init", "--from-ssh-config"',
  ],
  "mcp-ssh-interactive add db --host 192.168.1.100 --user deploy --key ~/.ssh/id_ed25519": [
    "test/cli/add-remove.test.ts",
    '"add"',
  ],
  "mcp-ssh-interactive trust my-server": ["test/cli/trust.test.ts", '"trust"'],
  "mcp-ssh-interactive install": ["test/cli/install/install.test.ts", '["install"'],
  "mcp-ssh-interactive completions fish | source": ["test/cli/completions.test.ts", "fish"],
  "mcp-ssh-interactive attach NAME": ["test/cli/attach.test.ts", "attach"],
  "mcp-ssh-interactive attach SESSION": ["test/cli/attach.test.ts", "attach"],
  "mcp-ssh-interactive status": ["test/cli/session-commands.test.ts", '"status"'],
  "mcp-ssh-interactive answer SESSION": ["test/cli/answer.test.ts", "answer"],
  "mcp-ssh-interactive doctor": ["test/cli/doctor/programs.test.ts", '"doctor"'],
};

/** Need the net; the test does the same with a server on 127.0.0.1 or with files. */
const needTheNet: Readonly<Record<string, readonly [test: string, words: string]>> = {
  "curl -fsSL https://github.com/qnxqnxqnx/mcp-ssh-interactive/releases/latest/download/install.sh | sh": [
    "test/release/release.test.ts",
    "the installer brings a program",
  ],
  "npm install --global mcp-ssh-interactive": ["test/release/release.test.ts", "the npm package starts"],
  "sudo apt install ./mcp-ssh-interactive_2.0.0_amd64.deb": ["test/release/release.test.ts", "dpkg-deb"],
};

const readme = readFile("README.md");
const blocks = readBlockCommands(readme);
const inline = readInlineCommands(readme);
let temp: TempHome;

beforeAll(() => {
  temp = new TempHome();
  rmSync(temp.root, { recursive: true });
  temp.write(".ssh/id_ed25519", "");
});

afterAll(async () => {
  await temp[Symbol.asyncDispose]();
});

test("every command of README.md is run by a test, or named as one that needs the net", () => {
  const known = [...runHere, ...Object.keys(runElsewhere), ...Object.keys(needTheNet)].toSorted();
  const written = [...blocks.map(firstLine), ...inline];
  expect([...new Set(written)].toSorted()).toEqual(known);
  for (const [path, words] of Object.values({ ...runElsewhere, ...needTheNet }))
    expect([path, readFile(path).includes(words)]).toEqual([path, true]);
});

test.each(runHere)("%s", async (line) => {
  const command = blocks.find((block) => firstLine(block) === line) ?? "false";
  const child = Bun.spawn(["bash", "-c", command], {
    cwd: checkout,
    env: { HOME: temp.home, PATH: `${join(temp.home, ".local/bin")}:${process.env["PATH"] ?? ""}` },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect([await child.exited, stdout + stderr]).toEqual([0, expect.any(String)]);
});

test("every call of the program in README.md is one that it understands", () => {
  const calls = [...blocks, ...inline].flatMap(readCalls);
  expect(calls.length).toBeGreaterThan(15);
  for (const words of calls) expect(() => parseArguments(words)).not.toThrow();
});

test("every flag that README.md shows beside a command's name is one of that command's", () => {
  const names = new Set([...commands, helpEntry].map(({ name }) => name));
  const spans = Array.from(readme.matchAll(/`([a-z][a-z-]+) ([^`\n|\\[]+)`/g));
  const shown = spans.filter(([, name]) => names.has(name ?? ""));
  expect(shown.length).toBeGreaterThan(5);
  for (const [, name = "", rest = ""] of shown)
    expect([name, rest, isUnderstood([name, ...rest.split(" ")])]).toEqual([name, rest, true]);
});

/** With a name too, which running text may leave out. */
function isUnderstood(words: readonly string[]): boolean {
  return [words, [...words, "NAME"]].some((tried) => {
    try {
      return parseArguments(tried).kind !== undefined;
    } catch {
      return false;
    }
  });
}

function firstLine(command: string): string {
  return command.split("\n", 1).join();
}
