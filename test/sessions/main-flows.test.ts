import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LoopbackDropbear } from "../support/loopback-dropbear.ts";
import { startLoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";

// Run with other programs than this machine's own where they are named: MCP_TEST_TMUX_BINARIES, paths of tmux with
// colons between, and MCP_TEST_DROPBEAR, the path of dropbear (as root).

setDefaultTimeout(60_000);

type Host = Parameters<typeof McpHome.connection>[1];

const binaries = (process.env["MCP_TEST_TMUX_BINARIES"] ?? "").split(":").filter((path) => path !== "");
const dropbear = process.env["MCP_TEST_DROPBEAR"];

for (const binary of binaries) {
  describe(`with ${binary}`, () => {
    test("the main flows work", async () => {
      const folder = mkdtempSync(join(tmpdir(), "tmux-path-"));
      try {
        symlinkSync(binary, join(folder, "tmux"));
        await using sshd = await startLoopbackSshd();
        await mainFlows(sshd, { PATH: `${folder}:${process.env["PATH"] ?? "/usr/bin:/bin"}` }, binary);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}

if (dropbear !== undefined) {
  test("the main flows work on a host with dropbear", async () => {
    await using host = await LoopbackDropbear.start(dropbear);
    await mainFlows(host);
  });
}

test("the main flows work with this machine's tmux and OpenSSH", async () => {
  await using sshd = await startLoopbackSshd();
  await mainFlows(sshd);
});

async function mainFlows(
  host: Host,
  env: Readonly<Record<string, string>> = {},
  tmux?: string,
): Promise<void> {
  await using home = new McpHome(env);
  const settings = "settings:\n  allow_vulnerable_tmux: true\n";
  home.tempHome.writeConfig(`${settings}connections:\n${McpHome.connection("lo", host)}`);
  const server = await home.start();
  const call = (name: string, more: Record<string, unknown> = {}) =>
    server.call(name, { session_name: "s", ...more });
  const run = async (command: string, more: Record<string, unknown> = {}) =>
    (await call("execute_command", { command, wait_seconds: 20, ...more })).fields;

  const opened = await call("open_connection", { connection_config_name: "lo" });
  expect(opened.text).toContain("idle");
  expect(opened.fields).toMatchObject({
    state: "idle",
    confidence: "exact",
    where: { user: host.user, depth: 0 },
  });
  if (tmux !== undefined)
    expect(versionOf(tmux)).toContain(home.tmux("display-message", "-p", "#{version}").trim());

  expect(await run("echo out; sh -c 'exit 7'")).toMatchObject({ exit_code: 7, output: "out" });
  expect(await run("seq 1 20000", { num_lines: 4 })).toMatchObject({ exit_code: 0, total_lines: 20_000 });
  expect(await run("for i in 1 2\ndo\n  echo 日本語 $i\ndone")).toMatchObject({
    output: "日本語 1\n日本語 2",
  });
  expect(await run("printf 'no newline'")).toMatchObject({ exit_code: 0, output: "no newline" });

  expect(await run("sleep 60", { wait_seconds: 0 })).toMatchObject({ state: "running", confidence: "exact" });
  const interrupted = await call("interrupt_command", { wait_seconds: 10 });
  expect(interrupted.fields).toMatchObject({ state: "idle", interrupted: true, exit_code: 130 });

  expect(await run("sh")).toMatchObject({ ended_by: "nested_prompt", where: { depth: 1 } });
  expect(await run("sh -c 'exit 9'")).toMatchObject({ exit_code: 9, confidence: "exact" });
  expect(await run("exit 5")).toMatchObject({ exit_code: 5, where: { depth: 0 } });

  const { fields } = await call("get_terminal_output", { view: "screen" });
  expect(String(fields["output"])).toContain("no newline");
  expect((await call("close_connection")).isError).toBe(false);
}

function versionOf(program: string): string {
  return Bun.spawnSync([program, "-V"]).stdout.toString().trim();
}
