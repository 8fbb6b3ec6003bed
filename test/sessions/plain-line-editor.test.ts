import { describe, expect, test } from "bun:test";

import { ShellSession } from "../support/shell-session.ts";

// Shells that do not tell where a command begins, and whose line editors know no bracketed paste.
for (const shell of ["/bin/dash", "/bin/busybox ash", "/usr/bin/ksh93", "/usr/bin/mksh"]) {
  describe(shell, () => {
    test("the same shell inside it is one level deeper, and left with its exit code", async () => {
      await using session = await ShellSession.open({ shell });
      const inner = await session.run(shell);
      expect(inner.fields).toMatchObject({ ended_by: "nested_prompt", where: { depth: 1 } });
      expect((await session.run("sh -c 'exit 9'")).fields).toMatchObject({
        exit_code: 9,
        confidence: "exact",
      });
      const left = await session.run("exit 5");
      expect(left.fields).toMatchObject({ exit_code: 5, confidence: "exact", where: { depth: 0 } });
    });

    test("a prompt that is set anew ends the command that sets it, with its exit code and output", async () => {
      await using session = await ShellSession.open({ shell, files: { prompt: "PS1='sourced# '\n" } });
      for (const [command, output, code] of [
        ["PS1='new $ '", "", 0],
        ["sh -c 'exit 9'", "", 9],
        ["printf abc; PS1='# '; false", "abc", 1],
        ["printf 'a\\nb\\n'; PS1='other # '", "a\nb", 0],
        [". ./prompt; echo done", "done", 0],
        ["echo next", "next", 0],
      ] as const) {
        const { fields } = await session.run(command);
        expect(fields).toMatchObject({ ended_by: "command_ended", exit_code: code, output });
      }
      const { fields } = await session.run("true");
      expect(fields).toMatchObject({ confidence: "exact", where: { depth: 0 } });
      const shown = await session.server.call("get_terminal_output", {
        session_name: "s",
        view: "command",
        command_id: "c4",
      });
      expect(shown.fields).toMatchObject({ output: "a\nb", exit_code: 0 });
    });

    test("output that switches bracketed paste on and off is shown whole", async () => {
      await using session = await ShellSession.open({ shell });
      const { fields } = await session.run("printf 'a\\n\\033[?2004h$ \\033[?2004lb\\n'");
      expect(fields).toMatchObject({ exit_code: 0, output: "a\n$ b" });
    });
  });
}
