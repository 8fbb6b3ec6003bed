import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { renderLoader } from "../../src/shell-integration/loader.ts";
import type { Mark } from "../../src/shell-integration/mark.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { PrivateTmux } from "../support/private-tmux.ts";
import { ShellPane } from "../support/shell-pane.ts";
import { installedShells, shellNamed } from "../support/shells.ts";

const tmux = new PrivateTmux();
let server: TmuxServer;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

const isPosix = (name: string) => name !== "fish" && name !== "tcsh";
const shells = installedShells().map(({ name }) => name);

describe.each(shells)("%s", (name) => {
  const open = async (lines = "") => {
    const file = name === "bash" ? ".bash_profile" : name === "zsh" ? ".zshrc" : ".profile";
    const files = lines === "" ? {} : { [file]: `${lines}\n` };
    const pane = await ShellPane.open(tmux, server, { argv: shellNamed(name).argv, files });
    await pane.integrate();
    return pane;
  };

  test.each([
    ["set -a; PS1='> '; PS2='more> '"],
    ["set -a; PS1='> '; PS2=; set +a"],
    ["PS1='> '; PS2='more> '; export PS1 PS2"],
  ])("nothing of ours reaches the environment of a program after %s", async (exports) => {
    const pane = await open(isPosix(name) ? exports : "");
    await pane.run("true");
    await pane.run(`env > ${pane.home}/env`);
    const names = readFileSync(join(pane.home, "env"), "utf8");
    expect(names).not.toContain(pane.aid);
    if (name === "zsh") expect(names).toContain("\nPS2=");
    const lines = names.split("\n").filter((line) => /^_*mcp_/.test(line));
    // With allexport the counter alone, which these assign inside the prompt.
    const isAssignedInPrompt = exports === "set -a; PS1='> '; PS2='more> '" && /^d?ash$/.test(name);
    expect(lines).toEqual(isAssignedInPrompt ? [expect.stringMatching(/^__mcp_n=\d$/)] : []);
  });

  test("the status of a command is seen by the next one", async () => {
    const pane = await open();
    await pane.run("sh -c 'exit 7'");
    expect(
      await output(pane, name === "fish" || name === "tcsh" ? 'echo "[$status]"' : 'echo "[$?]"'),
    ).toContain("[7]");
  });

  test("no job of ours is listed, and $! is kept", async () => {
    const pane = await open();
    expect(await output(pane, "jobs")).not.toMatch(/mcp|Done|\[1\]/);
    if (!isPosix(name)) return;
    const before = /pid (\d+) end/.exec(await output(pane, "sleep 30 & echo pid $! end"))?.[1];
    await pane.run("true");
    expect(await output(pane, "echo pid $! end; kill $!")).toContain(`pid ${before} end`);
  });

  test("files that output is sent to stay clean, and marks come on", async () => {
    const pane = await open();
    // busybox writes its prompts to standard output.
    if (["fish", "tcsh", "ash"].includes(name)) {
      await pane.run(`sh -c 'echo to the file' > ${pane.home}/out`);
    } else {
      await pane.run(`exec 3>&1 >${pane.home}/out`);
      await pane.run("echo to the file");
      expect((await pane.run("false")).at(-2)?.mark).toMatchObject({ kind: "command-ended", status: 1 });
      await pane.run("exec 1>&3");
    }
    const written = readFileSync(join(pane.home, "out"), "utf8");
    expect(written).toContain("to the file\n");
    expect(written).not.toContain("7712");
  });

  test("tracing shows nothing of the marks", async () => {
    if (!isPosix(name)) return;
    const pane = await open();
    const begin = (await pane.run("set -x")).at(-1)?.end ?? 0;
    await pane.run("true");
    await pane.run("set +x");
    const shown = pane.log(begin).replaceAll(/\x1b\]7712;[^\x07]*\x07/g, "");
    expect(shown).toContain("+");
    expect(shown).not.toContain(pane.aid);
  });

  test("a long line is edited as before behind a prompt with marks", async () => {
    const narrow = { argv: shellNamed(name).argv, cols: 80 };
    const lines = async (integrated: boolean) => {
      const pane = await ShellPane.open(tmux, server, narrow);
      if (integrated) await pane.integrate();
      await pane.quiet(0);
      await pane.type("clear");
      await pane.press("Enter");
      await pane.quiet(0);
      await pane.type(`echo ${"abcdefghi ".repeat(11)}`);
      await pane.quiet(0);
      await pane.press("BSpace", "BSpace", "BSpace", "x");
      await pane.quiet(0);
      return await tmux.ask("capture-pane", "-p", "-t", `=mcp-${pane.name}:`);
    };
    expect(await lines(true)).toBe(await lines(false));
  });
});

describe.each(["bash", "fish", "dash", "tcsh"].filter((name) => shells.includes(name)))("%s", (name) => {
  test("a loader whose answer never comes lets the shell go, and nothing half is run", async () => {
    const pane = await ShellPane.open(tmux, server, { argv: shellNamed(name).argv });
    const begin = pane.look();
    await pane.type(renderLoader());
    await pane.press("Enter");
    await pane.mark("loader-ready", begin);
    await pane.type("echo half > half");
    const from = pane.log().length;
    await pane.until("the next prompt", () => pane.log(from).length > 0);
    await pane.quiet(from);
    await pane.type(`echo whole > ${pane.home}/whole`);
    await pane.press("Enter");
    await pane.until("the shell works", () =>
      Bun.spawnSync(["ls", pane.home]).stdout.toString().includes("whole"),
    );
    expect(Bun.spawnSync(["ls", pane.home]).stdout.toString()).not.toContain("half");
    expect(await tmux.ask("capture-pane", "-p", "-J", "-t", `=mcp-${pane.name}:`)).toContain("echo whole");
  });
});

describe("bash", () => {
  const open = async (lines: string) => {
    const files = { ".bash_profile": `${lines}\n` };
    const pane = await ShellPane.open(tmux, server, { argv: shellNamed("bash").argv, files });
    return { pane, first: await pane.integrate() };
  };

  test("says so and changes nothing when PROMPT_COMMAND is readonly", async () => {
    const { pane, first } = await open("readonly PROMPT_COMMAND=true");
    expect(first).toEqual({ kind: "refused", aid: pane.aid, reason: "PROMPT_COMMAND is readonly" });
    await pane.quiet(0);
    const from = pane.log().length;
    await pane.type("set | grep -c '^_*mcp\\|7712'; echo \"[$PS0]\"");
    await pane.press("Enter");
    await pane.until("the answer", () => /[\r\n]0\r\n\[\]\r\n/.test(pane.log(from)));
  });

  test("keeps $_, BASH_REMATCH and PIPESTATUS for the next command", async () => {
    const { pane } = await open("");
    expect(await output(pane, 'echo "=$_="')).toContain("=:=");
    await pane.run("[[ abc =~ b(c) ]]; true last-word");
    expect(await output(pane, 'echo "=$_=${BASH_REMATCH[1]}="')).toContain("=last-word=c=");
    await pane.run("false | (exit 4) | true");
    expect(await output(pane, 'echo "=${PIPESTATUS[*]}="')).toContain("=1 4 0=");
  });

  test("a child bash is quiet though PROMPT_COMMAND, PS0 and PS2 are exported", async () => {
    const { pane } = await open("export PROMPT_COMMAND='echo seen $?' PS0='' PS2='more> '");
    const begin = pane.look();
    for (const line of ["bash --norc", "false", "if true", "then echo y; fi", "exit 3"]) {
      const from = pane.log().length;
      await pane.type(line);
      await pane.press("Enter");
      await pane.quiet(from);
    }
    const seen = await pane.marksUntilPrompt(begin);
    const inside = seen.find(({ mark }) => mark.kind === "command-ended")?.before ?? "";
    expect(inside).toContain("more> ");
    expect(inside).not.toContain("not found");
    expect(seen.map(({ mark }) => mark.kind)).toEqual(kindsOfCommand());
  });

  test("marks come where standard error is a file too, without being in it", async () => {
    const { pane } = await open("");
    await pane.run(`exec 2>${pane.home}/err`);
    expect((await pane.run("false")).map(({ mark }) => mark.kind)).toEqual(kindsOfCommand());
    expect(readFileSync(join(pane.home, "err"), "utf8")).not.toContain("7712");
  });
});

describe.each(["bash", "zsh", "fish"].filter((name) => shells.includes(name)))("%s", (name) => {
  test("a paste of several lines is one command with one end", async () => {
    const pane = await ShellPane.open(tmux, server, { argv: shellNamed(name).argv });
    await pane.integrate();
    const begin = pane.look();
    // bash asks for it of itself since 5.1.
    if (!shellNamed(name).marksBegin) return;
    await pane.until("bracketed paste", () => pane.bracketedPaste);
    const text = name === "fish" ? "echo one\necho two\nfalse" : "cat <<X\none\ntwo\nX\nfalse";
    await pane.type(text, true);
    await pane.quiet(0);
    await pane.press("Enter");
    const seen = await pane.marksUntilPrompt(begin);
    expect(seen.at(-2)?.mark).toMatchObject({ kind: "command-ended", counter: 2, status: 1 });
    expect(seen.filter(({ mark }) => mark.kind === "command-ended")).toHaveLength(1);
  });
});

function kindsOfCommand(): Mark["kind"][] {
  const begin: Mark["kind"][] = shellNamed("bash").marksBegin ? ["command-began"] : [];
  return [...begin, "command-ended", "prompt"];
}

async function output(pane: ShellPane, command: string): Promise<string> {
  return (await pane.run(command)).find(({ mark }) => mark.kind === "command-ended")?.before ?? "";
}
