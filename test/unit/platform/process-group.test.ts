import { expect, test } from "bun:test";

import { groupRuns, signalGroup } from "../../../src/platform/process-group.ts";
import { until } from "../../support/private-tmux.ts";

test("a group runs while any of its processes does", async () => {
  const child = Bun.spawn(["/bin/sh", "-c", "sleep 60 & exec cat"], { stdin: "pipe", detached: true });
  expect(groupRuns(child.pid)).toBe(true);
  void child.stdin.end();
  await child.exited;
  expect(groupRuns(child.pid)).toBe(true);
  expect(signalGroup(child.pid, "SIGKILL")).toBe(true);
  await until("the end of the group", () => !groupRuns(child.pid));
});

test("what has ended and is reaped by nobody does not run", async () => {
  const script = "set -m; cat <&0 & echo $!; exec sleep 60";
  const parent = Bun.spawn(["bash", "-c", script], { stdin: "pipe", stdout: "pipe" });
  try {
    const { value } = await parent.stdout.getReader().read();
    const group = Number(new TextDecoder().decode(value));
    expect(groupRuns(group)).toBe(true);
    void parent.stdin.end();
    await until("the end of the group", () => !groupRuns(group));
  } finally {
    parent.kill("SIGKILL");
  }
});

test("the numbers 0 and 1 and one that no process has are no groups", () => {
  for (const number of [0, 1, -5, 2 ** 30]) expect(groupRuns(number)).toBe(false);
});
