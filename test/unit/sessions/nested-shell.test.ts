import { expect, test } from "bun:test";

import { isLocalShell, mayOpenShell, maySetPrompt } from "../../../src/sessions/nested-shell.ts";

test.each(["bash", " zsh -l ", "/bin/sh", "fish", "bash --norc -i"])(
  "%p is a shell to type into",
  (command) => {
    expect(isLocalShell(command)).toBe(true);
  },
);

test.each(["bash -c true", "sh script.sh", "bash -lc true", "echo bash", "bashful", "bash < x"])(
  "%p is no shell to type into",
  (command) => {
    expect(isLocalShell(command)).toBe(false);
  },
);

test.each(["su -", "sudo -i", "cd /x && ssh host", "docker exec -it a sh", "exec dash", "FOO=1 chroot /x"])(
  "%p may put another shell in front",
  (command) => {
    expect(mayOpenShell(command)).toBe(true);
  },
);

test.each(["ls", "sush", "cat issue", "echo sshd-config"])("%p puts no other shell in front", (command) => {
  expect(mayOpenShell(command)).toBe(false);
});

test.each(["PS1='$ '", "cd /x; PS1=x", ". ./.profile", "true && source env", 'eval "$(env)"'])(
  "%p may set the prompt",
  (command) => {
    expect(maySetPrompt(command)).toBe(true);
  },
);

test.each(["echo $PS1", "OPS1=x", "ls .", "./source x", "evaluate"])("%p sets no prompt", (command) => {
  expect(maySetPrompt(command)).toBe(false);
});
