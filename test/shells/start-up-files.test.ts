import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { TmuxServer } from "../../src/tmux/server.ts";
import { PrivateTmux } from "../support/private-tmux.ts";
import { ShellPane } from "../support/shell-pane.ts";
import { installedShells, shellNamed, type TestShell } from "../support/shells.ts";

const hooks = readFileSync(join(import.meta.dir, "../fixtures/shells/prompt-hooks.bash"), "utf8");
const tmux = new PrivateTmux();
let server: TmuxServer;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

/** What a start-up file says, and what then must stand in the output of `false` and of the prompt after it. */
type Habit = readonly [habit: string, lines: string, shows?: RegExp];

const habits: Record<string, readonly Habit[]> = {
  bash: [
    ["set -u and pipefail", "set -uo pipefail"],
    ["PROMPT_COMMAND as a string", `PROMPT_COMMAND='echo "seen $?"; '`, /ended seen 1\r\n/],
    ["PROMPT_COMMAND exported", `export PROMPT_COMMAND='echo "seen $?"'`, /ended seen 1\r\n/],
    [
      "PROMPT_COMMAND as an array",
      `PROMPT_COMMAND=('echo "seen $?"' 'echo "then $?"')`,
      /ended seen 1\r\nthen 1\r\n/,
    ],
    ["a status in PS1", `PS1='<$?> \\$ '`, /<1> [#$] $/],
    ["a prompt of two lines", `PS1='\\u@\\h\\n[$?] \\$ '`, /\r\n\[1\] [#$] $/],
    ["an exported PS1", `export PS1='<$?> \\$ '`, /<1> [#$] $/],
    ["a PS0 with its own output", `PS0='[$((7 * 6))]'`, /\[42\] begins +ended/],
    ["a PS1 that is set at each prompt", `PROMPT_COMMAND='PS1="<$?> \\$ "'`, /<1> [#$] $/],
    ["a DEBUG trap", `trap 'last=$BASH_COMMAND' DEBUG`],
    ["an ERR trap", `trap 'echo trapped' ERR`, /begins trapped\r\n ended (?!.*trapped)/s],
    [
      "a framework of hooks",
      `${hooks}\nprecmd() { echo "pre $?"; }\npreexec() { echo "exec $1"; }`,
      /begins exec false\r\n ended pre 1\r\n/,
    ],
    ["vi keys", "set -o vi"],
    ["no line editor", "set +o emacs"],
    ["noclobber and allexport", "set -aC"],
    ["extdebug and functrace", "set -T"],
    ["posix mode", "set -o posix"],
    ["aliases for what we use", "alias printf=false builtin=false id=false od=false"],
    ["functions for what we use", "printf() { :; }; history() { :; }; shopt() { :; }; id() { :; }"],
    ["a strange IFS", "IFS=:/.,-=+"],
    ["promptvars off", "shopt -u promptvars"],
  ],
  zsh: [
    ["ksh's arrays and splitting", "setopt ksh_arrays sh_word_split"],
    ["glob_subst, null_glob and no_nomatch", "setopt glob_subst null_glob no_nomatch"],
    ["no globbing", "setopt noglob"],
    ["nounset, warnings and allexport", "setopt no_unset warn_create_global all_export no_clobber"],
    [
      "prompt_subst and a right prompt",
      `setopt prompt_subst; PROMPT='<$?> %# ' RPROMPT='right'`,
      /<1> [#%] .*right/,
    ],
    ["no PROMPT_SP", "unsetopt prompt_sp prompt_cr"],
    ["a precmd that fails", `precmd() { echo "pre $?"; false; }`, /pre 1\r\n ended/],
    [
      "hooks",
      `precmd_functions=(a); a() { echo "pre $?"; return 3; }; preexec_functions=(b); b() { echo "exec $1"; }`,
      /exec false\r\n begins .*ended pre 1\r\n/s,
    ],
    [
      "a prompt redrawn by a hook",
      `autoload -U add-zsh-hook; draw() { PS1="<$?> %# "; }; add-zsh-hook precmd draw; TRAPINT() { zle && zle reset-prompt; return 130; }`,
      /<1> [#%] /,
    ],
    ["a prompt of two lines", `PS1=$'%n\\n<%?> %# '`, /\r\n.*<1> [#%] /],
    ["an exported PS2", "export PS2='more> '"],
    ["sh's ways", "emulate sh"],
    ["ksh's ways", "emulate ksh"],
    ["vi keys", "bindkey -v"],
    ["aliases for what we use", "alias print=false printf=false builtin=false typeset=false id=false"],
  ],
  fish: [
    ["a prompt with the status", 'function fish_prompt; echo -n "<$status> "; end', /<1> /],
    ["a prompt of two lines", "function fish_prompt; echo top; echo -n '> '; end", /top.*\r\n/],
    [
      "handlers of its own",
      'function a --on-event fish_postexec; echo "post $status"; end; function b --on-event fish_prompt; echo "pre $status"; end',
      /post 1\r\n.*pre 1\r\n/s,
    ],
    ["vi keys", "fish_vi_key_bindings"],
  ],
  dash: [
    ["nounset and allexport", "set -ua"],
    ["an exported PS1", "export PS1='<$?> '", /<1> $/],
    ["a prompt of two lines", "PS1='top\n<$?> '", /top\r\n<1> $/],
  ],
  ash: [
    ["nounset and allexport", "set -ua"],
    ["an exported PS1", "export PS1='\\u <$?> '", /\w+ <1> /],
  ],
  ksh93: [
    ["nounset and allexport", "set -ua"],
    ["an exported PS1", "export PS1='<$?> '", /<1> $/],
    ["vi keys", "set -o vi"],
    ["emacs keys", "set -o emacs"],
  ],
  mksh: [
    ["nounset and allexport", "set -ua"],
    ["an exported PS1", "export PS1='<$?> '", /<1> $/],
    ["a prompt with its own delimiter", "PS1=$'\\001\\r\\001\\e[1m\\001<$?> \\001\\e[0m\\001'", /<1> /],
  ],
  tcsh: [
    [
      "aliases of its own",
      `alias precmd 'echo "pre $status"'\nalias postcmd 'echo "post $status"'`,
      /post 0\r\n begins +ended pre 1\r\n/,
    ],
    ["a prompt with the status", "set prompt='<%?> '", /<1> /],
    ["noglob and nonomatch", "set noglob nonomatch"],
    ["backslash_quote", "set backslash_quote"],
    ["vi keys", "bindkey -v"],
  ],
};

const startUpFile: Record<string, string> = {
  bash: ".bash_profile",
  zsh: ".zshrc",
  fish: ".config/fish/config.fish",
  tcsh: ".tcshrc",
};

describe.each(installedShells().map(({ name }) => name))("%s", (name) => {
  test.each((habits[name] ?? []).map((habit) => [habit[0], habit] as const))(
    "marks come, and the user's own prompt code sees what it saw, with %s",
    async (_, [, lines, shows]) => {
      const shell = shellNamed(name);
      const file = startUpFile[name] ?? ".profile";
      const pane = await ShellPane.open(tmux, server, { argv: shell.argv, files: { [file]: `${lines}\n` } });
      const first = await pane.integrate();
      if (first.kind !== "prompt") throw new Error(JSON.stringify(first));
      await pane.quiet(0);
      const seen = await pane.run("false");
      expect(seen.at(-2)?.mark).toMatchObject({ kind: "command-ended", counter: 2, status: 1 });
      expect(seen.at(-1)?.mark).toMatchObject({ kind: "prompt", counter: 2, folder: pane.home });
      if (first.marksBegin) expect(seen[0]?.mark).toMatchObject({ kind: "command-began", counter: 1 });
      else expect(seen).toHaveLength(2);
      const start = seen[0]?.end ?? 0;
      await pane.quiet(start);
      const text =
        seen.map(({ mark, before }) => before + word(mark.kind)).join("") + pane.log(seen.at(-1)?.end);
      if (shows !== undefined && isFor(shows, shell)) expect(text).toMatch(shows);
    },
  );
});

/** bash before 5.1 runs only the first of an array of PROMPT_COMMAND, and before 4.4 it has no PS0 to tell a begin with. */
function isFor(shows: RegExp, { name, marksBegin }: TestShell): boolean {
  if (name !== "bash" || marksBegin) return true;
  return !/begins|then 1/.test(shows.source);
}

function word(kind: string): string {
  return kind === "command-began" ? " begins " : kind === "command-ended" ? " ended " : "";
}
