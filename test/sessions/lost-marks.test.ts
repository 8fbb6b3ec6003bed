import { describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

/** Commands after which the shell carries our marks no more, told by their words or not. */
const losses: readonly (readonly [string, string, readonly string[]])[] = [
  ["bash", "/bin/bash", ["PROMPT_COMMAND=", "unset PROMPT_COMMAND", "v=PROMPT; eval ${v}_COMMAND="]],
  ["zsh", "/usr/bin/zsh", ["precmd_functions=()", 'v=pre; eval "${v}cmd_functions=()"']],
  [
    "fish",
    "/usr/bin/fish",
    ["functions -e __mcp_ready", "functions -e (functions -a | string match '__mc*')"],
  ],
  ["dash", "/bin/dash", ["PS1='new$ '", ". ./new.sh"]],
  ["ash", "/bin/busybox ash", ["PS1='new$ '", ". ./new.sh"]],
  ["ksh93", "/usr/bin/ksh93", ["PS1='new$ '", ". ./new.sh"]],
  ["mksh", "/usr/bin/mksh", ["PS1='new$ '", ". ./new.sh"]],
  ["tcsh", "/usr/bin/tcsh", ["unalias precmd", "unalias *"]],
];

const files = { ".zshrc": "", "new.sh": "PS1='new$ '\n" };

async function expectExact(session: ShellSession): Promise<void> {
  const { fields } = await session.run("sh -c 'echo out; exit 3'");
  expect(fields).toMatchObject({ exit_code: 3, confidence: "exact", output: "out", where: { depth: 0 } });
}

for (const [name, shell, commands] of losses) {
  describe(`${name} that lost our marks`, () => {
    test.each(commands)(
      "by %p is at its prompt again, and exact with the next command",
      async (command) => {
        await using session = await ShellSession.open({ shell, files });
        const { fields } = await session.run(command);
        expect(fields).toMatchObject({ ended_by: "command_ended", output: "" });
        await expectExact(session);
      },
      40_000,
    );
  });
}

describe("a hook of ours that is taken away costs no exit code:", () => {
  test.each([
    ["/bin/bash", "PS0="],
    ["/usr/bin/zsh", "preexec_functions=()"],
    ["/usr/bin/fish", "functions -e __mcp_began"],
    ["/usr/bin/fish", "functions -e __mcp_done"],
    ["/usr/bin/tcsh", "unalias postcmd"],
  ])(
    "%s, %s",
    async (shell, command) => {
      await using session = await ShellSession.open({ shell, files });
      expect((await session.run(command)).fields).toMatchObject({ exit_code: 0, ended_by: "command_ended" });
      await expectExact(session);
    },
    40_000,
  );
});

describe("a shell that another one replaces keeps its level:", () => {
  test.each([
    ["/bin/bash", "exec bash", "exec zsh -f"],
    ["/usr/bin/zsh", "exec zsh", "exec sh"],
    ["/bin/dash", "exec dash", "exec bash -l"],
  ])(
    "%s, %s, then %s",
    async (shell, first, second) => {
      await using session = await ShellSession.open({ shell, files });
      for (const command of [first, second]) {
        expect((await session.run(command)).fields).toMatchObject({
          ended_by: "command_ended",
          where: { depth: 0 },
        });
        await expectExact(session);
      }
    },
    40_000,
  );
});

test("inside a shell that lost its marks the outer one still tells its command's end", async () => {
  await using session = await ShellSession.open({ shell: "/bin/bash", files });
  expect((await session.run("dash")).fields).toMatchObject({
    ended_by: "nested_prompt",
    where: { depth: 1 },
  });
  expect((await session.run(". ./new.sh")).fields).toMatchObject({
    ended_by: "command_ended",
    where: { depth: 1 },
  });
  expect((await session.run("exit 5")).fields).toMatchObject({
    exit_code: 5,
    where: { depth: 0 },
  });
  await expectExact(session);
}, 40_000);

test.each([
  ["/bin/bash", "read -e -p 'menu$ ' x; echo got $x"],
  ["/bin/bash", "read -n 20 -p 'menu$ ' x; echo got $x"],
  ["/bin/dash", ". ./ask.sh"],
  ["/bin/dash", "dash ask.sh"],
  ["/usr/bin/zsh", "read 'x?menu$ '; echo got $x"],
])(
  "in %s a question that looks like a prompt gets nothing typed by us: %s",
  async (shell, command) => {
    const ask = "printf 'menu$ '; read x; echo got $x\n";
    await using session = await ShellSession.open({ shell, files: { ".zshrc": "", "ask.sh": ask } });
    const { fields } = await session.run(command, { wait_seconds: 3 });
    expect(fields["state"]).not.toBe("idle");
    expect((await session.run("echo busy")).code).toBe("SESSION_BUSY");
    session.humanTypes("word", "Enter");
    const output = await until(
      "the command's end",
      async () => {
        const { fields } = await session.read({ view: "command", wait_seconds: 2 });
        return fields["exit_code"] === 0 && String(fields["output"]);
      },
      15_000,
    );
    expect(output).toEndWith("got word");
  },
  40_000,
);

test.each([["/bin/bash"], ["/bin/dash"], ["/usr/bin/fish"], ["/usr/bin/tcsh"]])(
  "%s is exact again after state.json was lost",
  async (shell) => {
    await using session = await ShellSession.open({ shell, files });
    for (const spoil of [
      (path: string) => rmSync(path),
      (path: string) => writeFileSync(path, '{"version":2,'),
    ]) {
      spoil(join(session.home.root, "state.json"));
      const server = await session.home.start();
      const command = { session_name: "s", command: "sh -c 'echo on; exit 4'", wait_seconds: 20 };
      expect((await server.call("execute_command", command)).fields).toMatchObject({
        exit_code: 4,
        confidence: "exact",
        output: "on",
        where: { depth: 0 },
      });
      await expectExact(session);
    }
  },
  40_000,
);
