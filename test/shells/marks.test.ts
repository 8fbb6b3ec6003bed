import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { TmuxServer } from "../../src/tmux/server.ts";
import { PrivateTmux } from "../support/private-tmux.ts";
import { ShellPane, type Seen } from "../support/shell-pane.ts";
import { installedShells } from "../support/shells.ts";

/** fish takes 20 ms and more for each command. */
const slowMs = 20_000;
const tmux = new PrivateTmux();
let server: TmuxServer;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

describe.each(installedShells().map((shell) => [shell.name, shell] as const))("%s", (name, shell) => {
  const isTcsh = name === "tcsh";
  const open = async () => {
    const pane = await ShellPane.open(tmux, server, { argv: shell.argv });
    const first = await pane.integrate();
    return { pane, first };
  };

  test("the first prompt tells who and where, and that a begin will be told", async () => {
    const { pane, first } = await open();
    expect(first).toEqual({
      kind: "prompt",
      aid: pane.aid,
      counter: 1,
      marksBegin: shell.marksBegin,
      lineLeft: false,
      user: expect.stringMatching(/^\w+$/),
      host: expect.stringMatching(/^[\w.-]+$/),
      folder: pane.home,
    });
  });

  test("each command's end comes once, with its status and the next number", async () => {
    const { pane } = await open();
    const killed = name === "ksh93" ? 256 + 15 : 128 + 15;
    const commands: [string, number][] = [
      ["true", 0],
      ["false", 1],
      ["sh -c 'exit 7'", 7],
      [name === "fish" ? "fish -c 'exit 3'" : "(exit 3)", 3],
      ["sh -c 'kill -TERM $$'", killed],
      ["clear", 0],
      ["printf abc", 0],
      ["echo after", 0],
    ];
    for (const [index, [command, status]] of commands.entries()) {
      expect(summary(await pane.run(command))).toEqual([
        ...(shell.marksBegin ? [`begins ${index + 1}`] : []),
        `ended ${index + 2}: ${status}`,
        `prompt ${index + 2}`,
      ]);
    }
  });

  test("output stands between begin and end", async () => {
    const { pane } = await open();
    const seen = await pane.run("printf 'one\\ntwo'");
    const raw = seen.find(({ mark }) => mark.kind === "command-ended")?.before ?? "";
    // fish sets the window's title to the command.
    const before = raw.replace(/\x1b\]0;[^\x07]*\x07/, "");
    expect(before).toContain("one\r\ntwo");
    if (shell.marksBegin) expect(before).not.toContain("printf '");
  });

  test("an empty line ends without having begun", async () => {
    const { pane } = await open();
    // tcsh runs its postcmd for an empty line too.
    expect(summary(await pane.run(""))).toEqual([...(isTcsh ? ["begins 1"] : []), "ended 2: 0", "prompt 2"]);
  });

  test("a syntax error ends without having begun", async () => {
    const { pane } = await open();
    const seen = await pane.run(")");
    expect(summary(seen)[0]).toStartWith("ended 2: ");
    expect(seen.at(-1)?.mark).toMatchObject({ kind: "prompt", counter: 2, lineLeft: name === "fish" });
  });

  test("Ctrl+C at a prompt with text on it ends without having begun", async () => {
    const { pane } = await open();
    const begin = pane.look();
    const from = pane.log().length;
    await pane.type("sleep 100");
    await pane.until("the echo", () => pane.log(from).includes("100"));
    await pane.quiet(from);
    await pane.press("C-c");
    const seen = await pane.marksUntilPrompt(begin);
    expect(summary(seen)).toEqual([expect.stringMatching(/^ended 2: (?!0$)/), "prompt 2"]);
  });

  test("Ctrl+C ends a command that runs", async () => {
    const { pane } = await open();
    const begin = pane.look();
    await pane.type("sh -c 'echo running; sleep 100'");
    await pane.press("Enter");
    await pane.until("it runs", () => /[\r\n\x07]running/.test(pane.log()));
    await pane.quiet(0);
    await pane.press("C-c");
    const seen = await pane.marksUntilPrompt(begin);
    expect(summary(seen).slice(shell.marksBegin ? 1 : 0)).toEqual([
      expect.stringMatching(/^ended 2: (?!0$)/),
      "prompt 2",
    ]);
  });

  test("an unfinished command is told at once, and cancelled by Ctrl+C", async () => {
    if (!shell.marksMore) return;
    const { pane } = await open();
    const begin = pane.look();
    await pane.type(isTcsh ? "foreach x (1 2)" : "if true");
    await pane.press("Enter");
    await pane.mark("continuation", begin);
    const last = pane.seen.at(-1)?.mark;
    expect(last).toEqual({ kind: "continuation", aid: pane.aid, counter: 1 });
    await pane.press("C-c");
    const seen = await pane.marksUntilPrompt(begin);
    expect(summary(seen).slice(-2)).toEqual([expect.stringMatching(/^ended 2: (?!0$)/), "prompt 2"]);
  });

  test("a background job that ends later ends no command", async () => {
    const { pane } = await open();
    await pane.run("sh -c 'sleep 0.2; echo \"late \"r' &");
    await pane.until("the job's output", () => pane.log().includes("late r"));
    expect(pane.look()).toBe(pane.seen.findLastIndex(({ mark }) => mark.kind === "prompt") + 1);
    expect(summary(await pane.run("true")).slice(-2)).toEqual(["ended 3: 0", "prompt 3"]);
  });

  test("a folder of any name is reported as it is", async () => {
    const { pane } = await open();
    const plain = ["a;b  c", "日本語 é", "100%", "~x"];
    const controls = ["esc\x1b]7712;x", "bell\x07", "new\nline", "tab\tx"];
    for (const [index, folder] of [...plain, ...controls].entries()) {
      mkdirSync(join(pane.home, `${index}`, folder), { recursive: true });
      await pane.run(`cd ${pane.home}/${index}`);
      const seen = await pane.run("cd ./*");
      const isUnknown = ["dash", "ash"].includes(name) && controls.includes(folder);
      expect(seen.at(-1)?.mark).toMatchObject({
        folder: isUnknown ? undefined : join(pane.home, `${index}`, folder),
      });
    }
  });

  test(
    "200 commands, most of them typed ahead, lose no mark",
    async () => {
      const { pane } = await open();
      for (let sent = 0; sent < 200; sent += 50) {
        await pane.type("echo x\n".repeat(50));
        await pane.until(
          "50 more ends",
          () => pane.seen.some(({ mark }) => mark.kind === "prompt" && mark.counter === sent + 51),
          slowMs,
        );
      }
      const counters = pane.seen.flatMap(({ mark }) => (mark.kind === "command-ended" ? [mark.counter] : []));
      expect(counters).toEqual(Array.from({ length: 201 }, (_, index) => index + 1));
    },
    4 * slowMs,
  );

  test("a second integration takes the place of the first", async () => {
    const { pane } = await open();
    const first = pane.aid;
    await pane.run("false");
    await pane.integrate();
    expect(pane.aid).not.toBe(first);
    const seen = await pane.run("false");
    expect(summary(seen)).toEqual([...(shell.marksBegin ? ["begins 1"] : []), "ended 2: 1", "prompt 2"]);
    expect(seen.map(({ mark }) => ("aid" in mark ? mark.aid : ""))).toEqual(seen.map(() => pane.aid));
  });

  test("a shell inside the shell has no marks, and the outer one goes on after it", async () => {
    const { pane } = await open();
    const begin = pane.look();
    for (const line of ["sh", "true", "exit 5"]) {
      const from = pane.log().length;
      await pane.type(line);
      await pane.press("Enter");
      await pane.quiet(from);
    }
    expect(summary(await pane.marksUntilPrompt(begin))).toEqual([
      ...(shell.marksBegin ? ["begins 1"] : []),
      "ended 2: 5",
      "prompt 2",
    ]);
  });
});

function summary(seen: readonly Seen[]): string[] {
  return seen.map(({ mark }) => {
    switch (mark.kind) {
      case "command-began":
        return `begins ${mark.counter}`;
      case "command-ended":
        return `ended ${mark.counter}: ${mark.status}`;
      case "prompt":
        return `prompt ${mark.counter}`;
      case "continuation":
        return `goes on ${mark.counter}`;
      default:
        return mark.kind;
    }
  });
}
