import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";

/** `incomplete`: how the shell shows that a line goes on; `unread`: the exit code of a line it cannot read, if it tells one. */
const shells = [
  { shell: "/bin/bash", tellsUnread: false },
  { shell: "/usr/bin/zsh", tellsUnread: false },
  { shell: "/usr/bin/fish", tellsUnread: false },
  { shell: "/bin/dash", tellsUnread: true },
  { shell: "/bin/busybox ash", tellsUnread: true },
  { shell: "/usr/bin/ksh93", tellsUnread: true },
  { shell: "/usr/bin/mksh", tellsUnread: true },
  { shell: "/usr/bin/tcsh", tellsUnread: false },
];

for (const { shell, tellsUnread } of shells) {
  describe(shell, () => {
    let sshd: LoopbackSshd;
    let home: McpHome;
    let server: McpServer;

    beforeAll(async () => {
      home = new McpHome();
      home.tempHome.write(".zshrc", "");
      sshd = await startLoopbackSshd({ home: home.tempHome.home, shell });
      home.writeConnections(McpHome.connection("lo", sshd));
      server = await home.start();
      const opened = await server.call("open_connection", {
        connection_config_name: "lo",
        session_name: "s",
      });
      expect(opened.fields).toMatchObject({
        state: "idle",
        confidence: "exact",
        where: { user: sshd.user, depth: 0 },
      });
    });

    afterAll(async () => {
      await home[Symbol.asyncDispose]();
      await sshd[Symbol.asyncDispose]();
    });

    const run = async (command: string, more: Record<string, unknown> = {}) =>
      (await server.call("execute_command", { session_name: "s", command, wait_seconds: 10, ...more }))
        .fields;

    test("each command has its exit code and exactly its output", async () => {
      expect(await run("true")).toMatchObject({ exit_code: 0, confidence: "exact", output: "" });
      expect(await run("false")).toMatchObject({ exit_code: 1, output: "" });
      expect(await run("sh -c 'exit 7'")).toMatchObject({ exit_code: 7, output: "" });
      expect(await run("printf 'a\\nb'")).toMatchObject({ exit_code: 0, output: "a\nb" });
      expect(await run("sh -c 'kill -TERM $$'")).toMatchObject({
        exit_code: expect.any(Number),
        state: "idle",
      });
      expect(await run("seq 1 3000 | tail -n 2")).toMatchObject({ exit_code: 0, output: "2999\n3000" });
    });

    test("the folder is reported as it changes, and can be expected", async () => {
      expect(await run("cd /tmp")).toMatchObject({ where: { cwd: "/tmp" } });
      const wrong = await server.call("execute_command", {
        session_name: "s",
        command: "true",
        expect: { cwd: "/usr" },
      });
      expect(wrong.code).toBe("EXPECTATION_FAILED");
      expect(await run("true", { expect: { cwd: "/tmp/", user: sshd.user } })).toMatchObject({
        exit_code: 0,
      });
    });

    test("what the shell could not read has no exit code of a command", async () => {
      const broken = await run(shell.endsWith("fish") ? "end" : shell.endsWith("zsh") ? "fi" : "echo (");
      if (tellsUnread) expect(broken["state"]).toBe("idle");
      else expect(broken["exit_code"]).toBeUndefined();
      if (broken["state"] !== "idle") await server.call("interrupt_command", { session_name: "s" });
      expect(await run("true")).toMatchObject({ exit_code: 0, state: "idle" });
    });

    test("an interrupted command is told to have ended, and the next one is exact again", async () => {
      expect(await run("sleep 60", { wait_seconds: 0 })).toMatchObject({
        state: "running",
        confidence: "exact",
      });
      const { fields } = await server.call("interrupt_command", { session_name: "s", wait_seconds: 10 });
      expect(fields).toMatchObject({ state: "idle", interrupted: true, exit_code: expect.any(Number) });
      expect(await run("echo after")).toMatchObject({ exit_code: 0, output: "after" });
    });

    test("our own log printed on the terminal ends nothing", async () => {
      const copy = home.tempHome.write("copy.log", readFileSync(join(home.root, "logs/s.log")));
      const { fields } = await server.call("execute_command", {
        session_name: "s",
        command: `sh -c 'cat ${copy}; sleep 1; exit 4'`,
        wait_seconds: 10,
      });
      expect(fields).toMatchObject({ exit_code: 4, confidence: "exact", state: "idle" });
    });

    test("no mark and nothing of the set-up is in any result", async () => {
      const { text } = await server.call("get_terminal_output", { session_name: "s", num_lines: 1000 });
      expect(text).not.toMatch(/7712|__mcp_|stty/);
    });
  });
}
