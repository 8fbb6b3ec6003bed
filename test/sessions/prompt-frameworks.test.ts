import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ShellSession } from "../support/shell-session.ts";

type Framework = { readonly title: string; readonly shell: string; readonly lines: string };

const zsh = "/usr/bin/zsh";
const frameworks: readonly Framework[] = [
  {
    title: "zsh with a prompt of two lines that shrinks on Enter",
    shell: zsh,
    lines: `PROMPT=$'\\n%F{blue}%~%f\\n%(?.%F{green}.%F{red})❯%f ' RPROMPT='%*'
zle-line-finish() { local p=$PROMPT r=$RPROMPT; PROMPT='%F{green}❯%f ' RPROMPT=; zle reset-prompt; PROMPT=$p RPROMPT=$r; }
zle -N zle-line-finish`,
  },
  {
    title: "zsh with a prompt completed by a background process",
    shell: zsh,
    lines: `PROMPT='%~ … %# '
drawn() { local word; read -r word <&$1; PROMPT="%~ ($word) %# "; zle reset-prompt; zle -F $1; exec {1}<&-; }
precmd() { PROMPT='%~ … %# '; exec {fd}< <(sleep 0.05; echo main); zle -F $fd drawn; }`,
  },
  {
    title: "zsh with a clock that ticks in the prompt",
    shell: zsh,
    lines: "PROMPT='%* %# ' TMOUT=1; TRAPALRM() { zle && zle reset-prompt; }",
  },
  {
    title: "zsh with suggestions right of the cursor",
    shell: zsh,
    lines: `zle-line-pre-redraw() { POSTDISPLAY=; [[ -n $BUFFER ]] && POSTDISPLAY=' --and what was typed before'
  region_highlight=("\${#BUFFER} $((\${#BUFFER} + \${#POSTDISPLAY})) fg=8"); }
zle-line-finish() { POSTDISPLAY=; }
zle -N zle-line-pre-redraw; zle -N zle-line-finish`,
  },
  {
    title: "zsh with a line that is coloured as it is typed",
    shell: zsh,
    lines: `zle-line-pre-redraw() { region_highlight=("0 4 fg=green,bold" "5 \${#BUFFER} fg=yellow,underline"); }
zle -N zle-line-pre-redraw`,
  },
  {
    title: "zsh with oh-my-zsh's way of pasting",
    shell: zsh,
    lines: `autoload -Uz bracketed-paste-magic url-quote-magic
zle -N bracketed-paste bracketed-paste-magic; zle -N self-insert url-quote-magic`,
  },
  {
    title: "bash with a prompt at the right margin",
    shell: "/bin/bash",
    lines: String.raw`PS1='\[\e7\e[999C\e[7D\]\t\[\e8\]\u \w\n\$ '`,
  },
  {
    title: "bash with vi keys that show their mode in the prompt",
    shell: "/bin/bash",
    lines: `set -o vi; bind 'set show-mode-in-prompt on' 'set vi-ins-mode-string "(i)"'`,
  },
  {
    title: "fish with a prompt at the right margin",
    shell: "/usr/bin/fish",
    lines: "function fish_right_prompt; date +%T; end",
  },
  {
    title: "fish with vi keys",
    shell: "/usr/bin/fish",
    lines: "fish_vi_key_bindings",
  },
];

const startUpFile: Readonly<Record<string, string>> = {
  [zsh]: ".zshrc",
  "/bin/bash": ".bash_profile",
  "/usr/bin/fish": ".config/fish/config.fish",
};

/** Each is the beginning of an earlier one somewhere, for shells that suggest from their history. */
const commands = [
  ["echo one two three", "one two three", 0],
  ["echo one two", "one two", 0],
  ["sh -c 'echo out; exit 7'", "out", 7],
  ["printf abc", "abc", 0],
  ["echo 'http://host/?a=1&b=[2]'", "http://host/?a=1&b=[2]", 0],
  ["false", "", 1],
  ["sh -c 'sleep 0.4; echo late'", "late", 0],
  ["echo one", "one", 0],
] as const;

test.each(
  frameworks.filter(({ shell }) => Bun.which(shell) !== null).map((each) => [each.title, each] as const),
)(
  "commands are exact in %s",
  async (_, { shell, lines }) => {
    const file = startUpFile[shell] ?? ".profile";
    await using session = await ShellSession.open({ shell, files: { ".hushlogin": "" } });
    mkdirSync(join(session.sshd.home, ".config/fish"), { recursive: true });
    writeFileSync(join(session.sshd.home, file), `${lines}\n`);
    await session.server.call("close_connection", { session_name: "s" });
    expect((await session.open("s")).isError).toBe(false);
    for (const [command, output, code] of [...commands, ...commands]) {
      const { fields } = await session.run(command);
      expect({ command, ...fields }).toMatchObject({ exit_code: code, confidence: "exact", output });
    }
  },
  60_000,
);

test("commands are exact in bash with set -euo pipefail, whose failing command ends it", async () => {
  const files = { ".bash_profile": "set -euo pipefail\n" };
  await using session = await ShellSession.open({ shell: "/bin/bash", files });
  for (const command of ["true", "echo a | cat", "false || true", "if false; then :; fi"]) {
    expect((await session.run(command)).fields).toMatchObject({ exit_code: 0, confidence: "exact" });
  }
  expect((await session.run("false")).fields).toMatchObject({ ended_by: "disconnected" });
}, 30_000);
