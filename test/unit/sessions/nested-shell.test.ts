import { expect, test } from "bun:test";

import { isLocalShell, mayLoseMarks, mayOpenShell } from "../../../src/sessions/nested-shell.ts";

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

test.each([
  "su -",
  "cd /x; bash",
  "bash -x --rcfile y",
  "(zsh -o vi)",
  "sudo -i",
  "cd /x && ssh host",
  "docker exec -it a sh",
  "exec dash",
  "FOO=1 chroot /x",
])("%p may put another shell in front", (command) => {
  expect(mayOpenShell(command)).toBe(true);
});

test.each([
  "ls",
  "bash x.sh",
  "bash -c true",
  "echo x | bash",
  "curl x |sh -s",
  "bash < x",
  "sush",
  "cat issue",
  "echo sshd-config",
])("%p puts no other shell in front", (command) => {
  expect(mayOpenShell(command)).toBe(false);
});

test.each(["PS1='$ '", "cd /x; PS1=x", ". ./.profile", "true && source env", 'eval "$(env)"'])(
  "%p may set the prompt",
  (command) => {
    expect(mayLoseMarks(command, { marksBegin: false })).toBe(true);
  },
);

test.each(["OPS1=x", "ls .", "./source x", "evaluate"])("%p sets no prompt", (command) => {
  expect(mayLoseMarks(command, { marksBegin: false })).toBe(false);
});
