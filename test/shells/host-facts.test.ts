import { expect, test } from "bun:test";

import { parseFacts, probeCommand } from "../../src/cli/init/host-notes.ts";

const shells = ["sh", "bash", "zsh", "fish", "dash", "ksh93", "mksh", "tcsh"].filter(
  (shell) => Bun.which(shell) !== null,
);

test.each(shells)("%s takes the question to a host as it is typed", (shell) => {
  const { stdout, stderr } = Bun.spawnSync([shell, "-c", probeCommand], { stdin: "ignore" });
  const user = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
  expect(parseFacts(stdout.toString())).toMatchObject({
    user,
    kernel: expect.stringMatching(/^(Linux|Darwin) /),
  });
  expect(stderr.toString()).toBe("");
});
