import { afterAll, beforeAll, expect, test } from "bun:test";

import type { McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";
import { installedShells } from "../support/shells.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
});

afterAll(() => session[Symbol.asyncDispose]());

const typeLine = async (text: string, shown: string, on = session) => {
  on.humanTypes("-l", text);
  on.humanTypes("Enter");
  await until("it has ended", () => on.log().includes(`${shown}\r\n`) && atPrompt(on));
};

const atPrompt = async (on: ShellSession) => {
  const { fields } = await on.server.call("list_connections");
  return JSON.stringify(fields["sessions"]).includes('"state":"idle"');
};

const readBy = (server: McpServer) => server.call("get_terminal_output", { session_name: "s" });

test("what a human ran is told to each client once, with its exit code", async () => {
  const second = await session.home.start();
  expect((await readBy(second)).fields["humans"]).toBeUndefined();
  expect((await session.run("true")).fields["humans"]).toBeUndefined();
  await typeLine("echo by hand; (exit 4)", "by hand");
  await typeLine("echo again", "again");
  const humans = [
    { command: "echo by hand; (exit 4)", exit_code: 4 },
    { command: "echo again", exit_code: 0 },
  ];
  const { fields, text } = await session.run("echo mine");
  expect(fields).toMatchObject({ output: "mine", exit_code: 0, humans });
  expect(text).toContain(`- ${JSON.stringify(humans[0])}`);
  expect((await readBy(second)).fields["humans"]).toEqual(humans);
  expect((await session.run("true")).fields["humans"]).toBeUndefined();
  expect((await readBy(second)).fields["humans"]).toBeUndefined();
  await second[Symbol.asyncDispose]();
}, 30_000);

test("neither a line that did not run nor what clients sent is a human's", async () => {
  await session.send({ text: "echo one\necho two\n" });
  await until("both have run", async () => session.log().includes("two\r\n") && (await atPrompt(session)));
  session.humanTypes("-l", "abandoned");
  await until("it is shown", () => session.log().includes("abandoned"));
  session.humanTypes("C-c");
  await until("it is given up", async () => session.log().includes("^C") && (await atPrompt(session)));
  session.humanTypes("Enter");
  await session.send({ text: "unsent" });
  await session.send({ keys: ["C-u"] });
  expect((await session.run("true")).fields["humans"]).toBeUndefined();
}, 30_000);

test("a line that is changed between the last look at it and Enter is told as it ran", async () => {
  await session.run(`bind '"\\C-m": " # more\\C-j"'`);
  expect((await session.run("echo alone")).fields).toMatchObject({ command: "echo alone", output: "alone" });
  await using terminal = new Bun.Terminal({ cols: 200, rows: 51 });
  const tmux = Bun.which("tmux") ?? "tmux";
  const human = Bun.spawn([tmux, "-S", session.home.tmuxSocket, "attach", "-t", "=mcp-s"], {
    terminal,
    env: { TERM: "xterm", PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8" },
  });
  await until("someone is attached", async () =>
    JSON.stringify((await session.server.call("list_connections")).fields).includes('"humans_attached":1'),
  );
  const { fields } = await session.run("echo seen");
  expect(fields).toMatchObject({ command: "echo seen # more", edited_by_human: true, output: "seen" });
  const again = await session.read({ command_id: fields["command_id"] });
  expect(again.fields).toMatchObject({ command: "echo seen # more", output: "seen" });
  human.kill();
  await human.exited;
}, 30_000);

test.each(installedShells().map((shell) => [shell.name, shell] as const))(
  "%s: the text of what a human ran comes without its prompt",
  async (_name, shell) => {
    await using one = await ShellSession.open({ shell: shell.argv.slice(0, -1).join(" ") });
    await one.run("true");
    await typeLine("echo 'by hand'", "by hand", one);
    expect((await readBy(one.server)).fields["humans"]).toEqual([
      { command: "echo 'by hand'", exit_code: 0 },
    ]);
  },
  30_000,
);
