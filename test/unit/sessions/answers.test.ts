import { expect, test } from "bun:test";

import { fullscreenAwaiting } from "../../../src/sessions/answers.ts";

test.each([
  ["less /etc/hosts", "pager", ["Space", "q"]],
  ["sudo top -d 1", "text", ["q"]],
  ["watch -n1 date", "text", ["C-c"]],
  ["git -C x log", "pager", ["Space", "q"]],
  ["/usr/bin/nano f", "text", ["C-x"]],
])("what ends %p is suggested", (command, kind, keys) => {
  expect(fullscreenAwaiting(command)).toMatchObject({ kind, suggestedKeys: keys });
});

test.each([
  "git commit --amend",
  "git -C x rebase -i HEAD~3",
  "sudo systemctl edit sshd",
  "crontab -e",
  "mc",
])("no key is suggested for %p, which opens who knows what", (command) => {
  expect(fullscreenAwaiting(command).suggestedKeys).toBeUndefined();
});
