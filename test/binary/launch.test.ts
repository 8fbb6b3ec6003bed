import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { version } from "../../package.json";
import { runProgram } from "../support/run-program.ts";
import { binary } from "./binary.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ssh-launch-"));
});

afterEach(() => {
  Bun.spawnSync(["tmux", "-S", join(tree(), "tmux.sock"), "kill-server"], {
    stdout: "ignore",
    stderr: "ignore",
  });
  rmSync(folder, { recursive: true, force: true });
});

test("--version is the version of package.json, whatever lies in the folder of the start", async () => {
  plantTraps();
  const result = await run(["--version"]);
  expect(result).toMatchObject({ exitCode: 0, stderr: "" });
  expect(result.stdout.trimEnd().split(" ").at(-1)).toBe(version);
  expect(sprung()).toEqual([]);
});

test("planted files, programs and packages stay untouched while a session is opened", async () => {
  plantTraps();
  const config = "connections:\n  closed:\n    host: 127.0.0.1\n    port: 9\n    user: nobody\n";
  mkdirSync(tree(), { recursive: true, mode: 0o700 });
  writeFileSync(join(tree(), "config.yml"), config, { mode: 0o600 });
  const path = `${join(folder, "node_modules/.bin")}:node_modules/.bin:.:${folder}:${systemPath}`;
  const answers = await converse({ HOME: join(folder, "home"), PATH: path });
  expect(sprung()).toEqual([]);
  expect(answers).toContain(`"id":1`);
  expect(answers).toContain("open_connection");
  expect(answers).toContain("CONNECTION_REFUSED");
});

test("--help and --version need no home, no tmux, no ssh and no configuration", async () => {
  const help = await run(["--help"], {});
  expect(help).toMatchObject({ exitCode: 0, stderr: "" });
  expect(help.stdout).toContain("mcp-ssh-interactive");
  expect(await run(["--version"], {})).toMatchObject({ exitCode: 0, stderr: "" });
});

test("the runtime's own options on the command line are words for the program", async () => {
  plantTraps();
  expect(await run(["--preload=./trap.ts"])).toMatchObject({ exitCode: 2 });
  expect(await run(["-e", "console.log(1)"])).toMatchObject({ exitCode: 2 });
  expect(sprung()).toEqual([]);
});

const systemPath = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** Everything that some runtime, package manager or shell would run or read; each trap leaves a file when it springs. */
function plantTraps(): void {
  const trap = (name: string) =>
    `require("node:fs").writeFileSync(${JSON.stringify(join(folder, `sprung-${name}`))}, "");`;
  const shellTrap = (name: string) => `#!/bin/sh\n: > '${join(folder, `sprung-${name}`)}'\nexit 1\n`;
  plant("trap.ts", trap("preload"));
  plant("bunfig.toml", `preload = ["./trap.ts"]\n[run]\npreload = ["./trap.ts"]\n`);
  plant(
    ".env",
    "MCP_SSH_INTERACTIVE_HOME=./planted-home\nBUN_OPTIONS=--preload=./trap.ts\nPATH=./node_modules/.bin\n",
  );
  plant("package.json", `{"name":"planted","version":"6.6.6","type":"commonjs","main":"./trap.ts"}`);
  plant("tsconfig.json", `{"compilerOptions":{"paths":{"*":["./trap.ts"]},"jsxImportSource":"./trap.ts"}}`);
  plant("index.ts", trap("index"));
  plant("src/main.ts", trap("main"));
  for (const name of ["ssh", "tmux", "ssh-keygen", "sh"])
    plant(`node_modules/.bin/${name}`, shellTrap(name), 0o755);
  for (const name of ["ssh", "tmux"]) plant(name, shellTrap(`dot-${name}`), 0o755);
  for (const name of ["@modelcontextprotocol/sdk", "zod", "yaml"]) {
    plant(`node_modules/${name}/package.json`, `{"name":"${name}","version":"1.0.0","main":"index.js"}`);
    plant(`node_modules/${name}/index.js`, trap(name.replace("/", "-")));
  }
}

function plant(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), mode);
}

function sprung(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("sprung-") || name === "planted-home");
}

function run(args: readonly string[], env?: Record<string, string>) {
  const own = { HOME: join(folder, "home"), PATH: systemPath };
  return runProgram([binary, ...args], { cwd: folder, env: env ?? own });
}

/** Opens a connection as a client would, keeping the input open until the answer is there; all that was said. */
async function converse(env: Record<string, string>): Promise<string> {
  const child = Bun.spawn([binary], { cwd: folder, env, stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  for (const message of conversation)
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  child.stdin.flush();
  let said = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    if (/"id":3\b.*\n/.test(said)) child.stdin.end();
  }
  await child.exited;
  return said;
}

const conversation = [
  {
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
  },
  { method: "notifications/initialized" },
  { id: 2, method: "tools/list" },
  {
    id: 3,
    method: "tools/call",
    params: {
      name: "open_connection",
      arguments: { connection_config_name: "closed", session_name: "a", timeout_seconds: 2 },
    },
  },
];

function tree(): string {
  return join(folder, "home/.mcp-ssh-interactive");
}
