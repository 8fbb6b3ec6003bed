import { afterAll, beforeAll, expect, test } from "bun:test";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";
import { runSituation } from "../support/waiting-run.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
});

afterAll(() => session[Symbol.asyncDispose]());

const keys = "import sys,tty; tty.setcbreak(0)";
const dialog = String.raw`python3 -c '${keys}
for y in range(9): print("\033[%d;9Hline %d"%(y+2,y),end="",flush=True)
sys.stdin.read(1)'; stty sane`;

const drawing: readonly [string, string, string[]][] = [
  ["top", "top", ["q"]],
  ["top of busybox", "busybox top -d 1", ["q"]],
  ["a dialog on the main screen", dialog, ["x"]],
];

const printing: readonly [string, string][] = [
  ["a screen that is cleared again and again", "while clear; do date; sleep 0.4; done"],
  ["a line set somewhere", "tput cup 5 5; echo x; tput cup 7 7; sleep 60"],
  ["top in batch mode", "top -b -n1; sleep 60"],
  [
    "a status line under what scrolls",
    String.raw`i=0; while sleep 0.2; do printf 'Unpacking %s\n\0337\033[50;1HProgress: [%3d%%]\0338' $i $((i+=1)); done`,
  ],
  [
    "several bars",
    String.raw`printf '\n\n'; i=0; while sleep 0.2; do printf '\033[2A\033[2K\ra: %s MB\033[1B\033[2K\rb: %s MB\033[1B\r' $i $((i+=1)); done`,
  ],
];

test.each(drawing.filter(([, command]) => Bun.which(command.split(" ")[0] ?? "") !== null))(
  "%s is a full-screen program",
  async (title, command, leave) => {
    expect((await runSituation(session, { title, command, expected: "fullscreen", leave })).told).toBe(
      "fullscreen",
    );
    expect((await session.run("echo after")).fields).toMatchObject({ output: "after", exit_code: 0 });
  },
  20_000,
);

test.each(printing)(
  "%s is none",
  async (title, command) => {
    expect((await runSituation(session, { title, command, expected: "running" })).told).toBe("running");
  },
  20_000,
);

test("a program that draws shows its screen and takes keys", async () => {
  const started = await session.run("top", { wait_seconds: 5 });
  expect(started.fields).toMatchObject({
    ended_by: "fullscreen",
    awaiting: { suggested_keys: ["q"] },
  });
  await until("it has drawn", async () => {
    const { fields } = await session.read({ wait_seconds: 1 });
    return fields["view"] === "screen" && String(fields["output"]).includes("load average");
  });
  expect((await session.send({ keys: ["q"], wait_seconds: 5 })).fields).toMatchObject({ exit_code: 0 });
}, 20_000);
