import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";
import { installedShells } from "../support/shells.ts";

const prompts = [
  { title: "PS1='$ '", shell: "/bin/bash", file: ".bash_profile", text: "PS1='$ '" },
  { title: "a root prompt with the folder", shell: "/bin/bash", file: ".bash_profile", text: "PS1='\\w # '" },
  {
    title: "two lines with colours",
    shell: "/bin/bash",
    file: ".bash_profile",
    text: "PS1='\\n\\[\\e[1;32m\\]\\u@\\h \\[\\e[34m\\]\\w\\[\\e[0m\\]\\n❯ '",
  },
  {
    title: "the exit status in front",
    shell: "/bin/bash",
    file: ".bash_profile",
    text: "PS1='[$?] \\u@\\h:\\w\\$ '",
  },
  {
    title: "made anew by PROMPT_COMMAND",
    shell: "/bin/bash",
    file: ".bash_profile",
    text: 'f() { PS1="\\n$PWD via 🐚 $?\\n➜ "; }; PROMPT_COMMAND=f',
  },
  {
    title: "zsh, two lines and a prompt at the right",
    shell: "/usr/bin/zsh",
    file: ".zshrc",
    text: "PS1=$'%n@%m:%~\\n%? %# '; RPROMPT='%*'",
  },
  { title: "fish", shell: "/usr/bin/fish", file: ".hushlogin", text: "" },
  { title: "dash", shell: "/bin/dash", file: ".hushlogin", text: "" },
  { title: "tcsh", shell: "/usr/bin/tcsh", file: ".hushlogin", text: "" },
].filter(({ shell }) => Bun.which(shell) !== null);

describe("with this prompt commands end where it comes back, without it in their output:", () => {
  test.each(prompts)(
    "$title",
    async ({ shell, file, text }) => {
      await using session = await ShellSession.open({ shell, files: { [file]: `${text}\n` } });
      for (const [command, output] of [
        ["echo one", "one"],
        ["cd /tmp", ""],
        ["false", ""],
        ["printf abc", "abc"],
        ["sh -c 'echo a; sleep 0.4; echo b'", "a\nb"],
        ["true", ""],
      ] as const) {
        const { fields } = await session.run(command);
        expect(fields).toMatchObject({ state: "idle", ended_by: "command_ended", output });
      }
    },
    30_000,
  );
});

describe("in bash", () => {
  let session: ShellSession;
  beforeAll(async () => {
    session = await ShellSession.open({
      shell: "/bin/bash",
      files: { ".bash_profile": "PS1='\\u@\\h:\\w\\$ '\n", ".bashrc": "PS1='inner \\$ '\n" },
    });
  }, 30_000);
  afterAll(() => session[Symbol.asyncDispose]());

  const backToPrompt = () =>
    until("the prompt", async () => (await session.read()).fields["state"] === "idle", 10_000);

  test.each(["bash", "dash", "zsh -f", "env PS1='other$ ' sh"])(
    "%p is a nested prompt; commands work in it, and exit returns",
    async (shell) => {
      expect((await session.run(shell)).fields).toMatchObject({ state: "idle", ended_by: "nested_prompt" });
      expect((await session.run("echo inside")).fields).toMatchObject({
        ended_by: "command_ended",
        output: "inside",
      });
      expect((await session.run("exit")).fields).toMatchObject({ state: "idle", ended_by: "command_ended" });
      expect((await session.run("echo outside")).fields).toMatchObject({ output: "outside" });
    },
    30_000,
  );

  test.each([
    ["cat <<X", "continuation"],
    ["echo 'open", "continuation"],
    ["read -p 'Name: ' x", "text"],
    ["printf '[sudo] password for a: '; read -s x", "password"],
    ["printf 'Go on? [y/N] '; read x", "confirmation"],
    ["printf 'sql> '; read x", "repl"],
  ])(
    "%p waits for input, and Ctrl+C brings the prompt back",
    async (command, kind) => {
      const { fields } = await session.run(command);
      expect(fields).toMatchObject({ state: "awaiting_input", ended_by: "input_wanted", awaiting: { kind } });
      expect((await session.run("echo typed into it")).code).toBe("SESSION_BUSY");
      expect((await session.interrupt()).fields).toMatchObject({ interrupted: true, state: "idle" });
      expect((await session.run("echo next")).fields["output"]).toBe("next");
    },
    30_000,
  );

  test("a python interpreter waits for input", async () => {
    if (Bun.which("python3") === null) return;
    expect((await session.run("python3 -q")).fields).toMatchObject({ awaiting: { kind: "repl" } });
    session.humanTypes("C-d");
    await backToPrompt();
  }, 30_000);

  test("full-screen programs are told at once, with their screen", async () => {
    const { fields } = await session.run("less /etc/passwd");
    expect(fields).toMatchObject({ state: "fullscreen", ended_by: "fullscreen" });
    expect(fields["output"]).toContain("root:x:0:0");
    expect((await session.read()).fields).toMatchObject({ view: "screen", screen: { alternate: true } });
    session.humanTypes("q");
    await backToPrompt();
  }, 30_000);

  test.each(["clear", "reset", "printf '\\033[?2004h'; sleep 0.3; printf '\\033[?2004l'"])(
    "after %p the prompt is known",
    async (command) => {
      expect((await session.run(command)).fields).toMatchObject({ state: "idle", ended_by: "command_ended" });
      expect((await session.run("echo next")).fields["output"]).toBe("next");
    },
    30_000,
  );

  test("output that imitates the prompt does not end a command", async () => {
    const { fields } = await session.run("printf '%s' \"${PS1@P}\"; sleep 1; echo end");
    expect(fields["ended_by"]).toBe("command_ended");
    expect(fields["output"]).toEndWith("end");
  }, 30_000);

  test("another shell in place of the login shell goes on in the session", async () => {
    expect((await session.run("exec dash")).fields).toMatchObject({ state: "idle" });
    expect((await session.run("echo dash")).fields).toMatchObject({ output: "dash" });
  }, 30_000);
});

const emptying: Readonly<Record<string, string>> = {
  fish: "function fish_prompt; end",
  tcsh: "set prompt=",
};

test.each(installedShells().map(({ name, argv }) => [name, argv] as const))(
  "%s: with a prompt without any text each command's end is known, and typed text is a person's",
  async (name, argv) => {
    await using session = await ShellSession.open({
      shell: argv.slice(0, -1).join(" "),
      files: { ".zshrc": "" },
    });
    const { fields } = await session.run(emptying[name] ?? "PS1=");
    expect(fields).toMatchObject({ ended_by: "command_ended", exit_code: 0, output: "" });
    for (const [command, output, exit] of [
      ["echo one", "one", 0],
      ["sh -c 'echo a; exit 3'", "a", 3],
      ["printf abc", "abc", 0],
    ] as const) {
      const { fields } = await session.run(command);
      expect(fields).toMatchObject({ state: "idle", confidence: "exact", exit_code: exit, output });
    }
    session.humanTypes("-l", "half a line");
    await until("it is shown", () => session.log().includes("line"));
    expect((await session.run("echo two")).code).toBe("SESSION_BUSY");
  },
  40_000,
);

test.each(installedShells().map(({ name, argv }) => [name, argv] as const))(
  "%s: after stty -echo no output is lost, nor is the next prompt",
  async (_name, argv) => {
    await using session = await ShellSession.open({
      shell: argv.slice(0, -1).join(" "),
      files: { ".zshrc": "" },
    });
    for (const [command, output, exit] of [
      ["stty -echo", "", 0],
      ["echo one; echo two", "one\ntwo", 0],
      ["sh -c 'exit 3'", "", 3],
      ["printf abc", "abc", 0],
      ["stty echo", "", 0],
      ["echo three", "three", 0],
    ] as const) {
      const { fields } = await session.run(command);
      expect(fields).toMatchObject({ state: "idle", confidence: "exact", exit_code: exit, output });
    }
  },
  60_000,
);

test("a program that leaves bracketed paste switched on does not hide dash's prompt", async () => {
  await using session = await ShellSession.open({ shell: "/bin/dash" });
  await session.run(String.raw`printf '\033[?2004h'`);
  expect((await session.run("echo next")).fields).toMatchObject({
    ended_by: "command_ended",
    output: "next",
  });
}, 30_000);

test("a line editor that is slow to take its line is not told as asking for the rest of it", async () => {
  const slow = "slow() { print -n . >/dev/tty; sleep 1; zle .accept-line; }; zle -N accept-line slow";
  await using session = await ShellSession.open({ shell: "/usr/bin/zsh", files: { ".zshrc": `${slow}\n` } });
  expect((await session.run("(exit 3)")).fields).toMatchObject({ ended_by: "command_ended", exit_code: 3 });
}, 30_000);
