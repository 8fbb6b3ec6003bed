import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";

import { startThrowawaySshd } from "../../src/cli/demo/throwaway-sshd.ts";
import { binary } from "../binary/binary.ts";
import { McpServer } from "../support/mcp-server.ts";
import { DemoRun } from "./demo-run.ts";

setDefaultTimeout(60_000);

test("in a pipe it shows every call in 80 columns without colours, and leaves nothing behind", async () => {
  const run = new DemoRun([binary, "demo"]);
  expect(await run.end()).toBe(0);
  expect(run.leavesNothing()).toBe(true);
  expect(run.output).not.toContain("\u001b");
  expect(Math.max(...run.output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(run.output).toMatch(new RegExp(`^${number}\\. `, "m"));
  expect(run.output).toContain("│ real interactive shell ✓");
  expect(run.output).toContain("refused: SESSION_BUSY");
  expect(run.output).not.toContain("✗");
});

test("on a terminal it is in colour, unless told otherwise", async () => {
  const run = new DemoRun([binary, "demo"], { onTerminal: true });
  expect(await run.end()).toBe(0);
  expect(run.output).toContain("\u001b[36m");
  const plain = new DemoRun([binary, "demo", "--no-color"], { onTerminal: true });
  expect(await plain.end()).toBe(0);
  expect(plain.output).not.toContain("\u001b[36m");
});

test.each([
  ["before its sshd runs", "mcp-ssh-interactive at work"],
  ["while it opens the session", "1. "],
  ["while a command runs", "4. "],
])("Ctrl+C %s ends it with 130, and nothing is left", async (_when, shown) => {
  const run = new DemoRun([binary, "demo"], { onTerminal: true });
  await run.until(shown, () => run.output.includes(shown));
  run.child.terminal?.write("\u0003");
  expect(await run.end()).toBe(130);
  if (run.folder !== undefined) expect(existsSync(run.folder)).toBe(false);
  expect(run.output).not.toContain("error");
  expect(run.output).not.toContain("9. ");
});

test.each(["SIGTERM", "SIGHUP"] as const)("%s to it alone cleans up as well", async (signal) => {
  const run = new DemoRun([binary, "demo"]);
  await run.until("the endless command", () => run.output.includes("4. "));
  run.child.kill(signal);
  expect(await run.end()).toBe(130);
  expect(run.leavesNothing()).toBe(true);
});

test("--keep leaves a configuration that works, and the commands that remove all of it", async () => {
  const run = new DemoRun([binary, "demo", "--keep"]);
  expect(await run.end({ kept: true })).toBe(0);
  const removal = run.output.split("this removes all of it:\n")[1] ?? "exit 1";
  try {
    const root = /--home (\S+)/.exec(run.output)?.[1] ?? "";
    await using server = new McpServer({ HOME: "/" }, { args: ["--home", root] });
    await server.client.connect(server.transport);
    await server.call("open_connection", { connection_config_name: "demo", session_name: "mine" });
    const command = { session_name: "mine", command: "echo $((6*7))", wait_seconds: 20 };
    expect((await server.call("execute_command", command)).fields).toMatchObject({ output: "42" });
  } finally {
    expect(Bun.spawnSync(["/bin/sh", "-c", removal]).exitCode).toBe(0);
  }
  expect(await run.end()).toBe(0);
  expect(run.leavesNothing()).toBe(true);
});

test("without sshd on the machine it says how to get one", async () => {
  const started = startThrowawaySshd({}, ["/nonexistent"]);
  await expect(started).rejects.toMatchObject({
    code: "SSH_UNAVAILABLE",
    message: expect.stringContaining("sshd was not found"),
    hint: expect.stringContaining("apt install openssh-server"),
  });
});
