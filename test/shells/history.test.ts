import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { renderLoader } from "../../src/shell-integration/loader.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { PrivateTmux, until } from "../support/private-tmux.ts";
import { ShellPane } from "../support/shell-pane.ts";
import { installedShells, shellNamed } from "../support/shells.ts";

const tmux = new PrivateTmux();
let server: TmuxServer;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

/** Entries of ours that may remain: none, or the constant line. */
type Case = readonly [name: string, habit: string, file: string, lines: string, entries: 0 | 1];

const cases: readonly Case[] = [
  ["bash", "as it comes", ".bash_profile", "unset HISTCONTROL", 0],
  ["bash", "HISTCONTROL=ignoreboth", ".bash_profile", "HISTCONTROL=ignoreboth", 0],
  [
    "bash",
    "times and shared history",
    ".bash_profile",
    "HISTTIMEFORMAT='%F %T '; PROMPT_COMMAND='history -a'",
    0,
  ],
  ["bash", "no history", ".bash_profile", "set +o history", 0],
  ["zsh", "hist_ignore_space", ".zshrc", "HISTSIZE=100; setopt hist_ignore_space", 0],
  ["zsh", "as it comes", ".zshrc", "HISTSIZE=100", 1],
  ["fish", "as it comes", ".config/fish/config.fish", "", 0],
  ["ash", "as it comes", ".profile", "", 1],
  ["mksh", "as it comes", ".profile", "", 0],
  ["mksh", "a history file", ".profile", "HISTFILE=$HOME/.mksh_history", 0],
  ["ksh93", "as it comes", ".profile", "", 1],
  ["tcsh", "as it comes", ".tcshrc", "set history=100", 1],
];
const names = new Set(installedShells().map(({ name }) => name));

test.each(cases.filter(([name]) => names.has(name)))(
  "%s (%s) remembers at most the constant line of us, and what the user typed",
  async (name, _, file, lines, entries) => {
    const pane = await ShellPane.open(tmux, server, {
      argv: shellNamed(name).argv,
      files: { [file]: `${lines}\n` },
    });
    await pane.quiet(0);
    for (const line of ["echo before", "true"]) {
      const from = pane.log().length;
      await pane.type(line);
      await pane.press("Enter");
      await pane.quiet(from);
    }
    await pane.integrate();
    await pane.run("echo after");
    const list = (await pane.run("history")).find(({ mark }) => mark.kind === "command-ended")?.before ?? "";
    if (lines !== "set +o history") {
      expect(list).toContain("echo before");
      expect(list).toContain("echo after");
    }
    expect(list.match(/7712;R;/g) ?? []).toHaveLength(entries * 2);
    expect(list).not.toContain(pane.aid);
    if (entries === 1) expect(list).toContain(renderLoader().trim().slice(0, 60));
  },
);

test("bash writes nothing of us into its file", async () => {
  const files = { ".bash_profile": "unset HISTCONTROL\n" };
  const pane = await ShellPane.open(tmux, server, { argv: shellNamed("bash").argv, files });
  await pane.integrate();
  await pane.run("echo typed by a human");
  await pane.type("exit");
  await pane.press("Enter");
  const saved = await until("the history file", () => {
    try {
      return readFileSync(join(pane.home, ".bash_history"), "utf8") || undefined;
    } catch {
      return undefined;
    }
  });
  expect(saved).toBe("echo typed by a human\nexit\n");
});
