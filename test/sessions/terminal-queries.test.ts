import { expect, test } from "bun:test";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

const queries = [
  "[c",
  "[>c",
  "[=c",
  "[5n",
  "[6n",
  "[?6n",
  "[?996n",
  "[18t",
  "[14t",
  "[21t",
  "[>q",
  "[?2026$p",
  "[?1$p",
  "]10;?\\007",
  "]11;?\\007",
  "]4;1;?\\007",
  "]52;c;?\\007",
  "P$q q\\033\\\\",
  "P+q544e\\033\\\\",
  "[1;1;1;1;1;1*y",
];
const all = queries.map((query) => `\\033${query}`).join("");

const shells = ["bash", "zsh", "fish", "dash", "ksh93", "mksh", "tcsh"].flatMap((name) => {
  const path = Bun.which(name);
  return path === null ? [] : [[name, path] as const];
});

test.each(shells)(
  "%s: what the terminal answers to a program that has gone is no part of the next command",
  async (_name, shell) => {
    await using session = await ShellSession.open({ shell });
    await session.run(`printf '${all}'; echo said`);
    const next = await session.run("printf %s-%s cle an");
    // ksh93 shows nothing of it until something else is typed.
    const again = next.code === "INVALID_ARGUMENT" ? await session.run("printf %s-%s cle an") : next;
    expect(again.fields).toMatchObject({ exit_code: 0, state: "idle", output: "cle-an" });
    expect(again.fields).not.toHaveProperty("humans");
  },
  60_000,
);

test("what a human has typed stays, also after a program asked the terminal", async () => {
  await using session = await ShellSession.open({ shell: "/bin/bash" });
  await session.run("printf '\\033[c'; read -r -t 1 -s; true");
  session.humanTypes("nc -l 12");
  await until("it stands there", async () => (await session.run("echo mine")).code === "SESSION_BUSY");
  session.humanTypes("C-u");
  await until("it is gone", async () => (await session.run("echo mine")).fields["output"] === "mine");
}, 60_000);

test("an answer that Ctrl+C took off the line is no command of a human's", async () => {
  await using session = await ShellSession.open({ shell: "/bin/dash" });
  await session.run("printf '\\033[c'; read -r -t 1 -s; true");
  await until("it stands there", () => session.log().includes("^[[?1;2c"));
  session.humanTypes("C-c");
  await until("it is gone", () => session.log().includes("^[[?1;2c^C"));
  const { fields } = await session.run("printf mine");
  expect(fields).toMatchObject({ exit_code: 0, output: "mine" });
  expect(fields).not.toHaveProperty("humans");
}, 60_000);
