import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { runBinary } from "../binary/run-binary.ts";
import { OuterTerminal } from "../support/outer-terminal.ts";
import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

setDefaultTimeout(60_000);

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
});

afterAll(() => session[Symbol.asyncDispose]());

const listed = async () => JSON.stringify((await session.server.call("list_connections")).fields);

/** Before tmux 3.3 the human is warned first. */
async function attached(terminal: OuterTerminal): Promise<void> {
  const [seen] = await terminal.shows(/C-b \? help|Enter goes on/);
  if (seen === "Enter goes on") terminal.press("Enter");
  await terminal.shows(/C-b \? help/);
}

test("a human types in the session's terminal, agents wait for an unsent line and are told what was run", async () => {
  await session.run("true");
  using terminal = new OuterTerminal(["attach", "s"], session.home.env);
  await attached(terminal);
  await terminal.shows(/help \| s \| \S+@\S+ \| agent test 1 \| at the prompt/);
  expect(await listed()).toContain('"humans_attached":1');
  terminal.press("-l", "echo by-$((40+2))");
  await terminal.shows(/echo by-\$\(\(40\+2\)\)/);
  expect(await session.run("echo mine")).toMatchObject({ code: "SESSION_BUSY" });
  terminal.press("Enter");
  await terminal.shows(/^by-42$/m);
  await until("the prompt is back", async () => (await listed()).includes('"state":"idle"'));
  const { fields } = await session.run("echo mine");
  expect(fields).toMatchObject({ output: "mine", humans: [{ command: "echo by-$((40+2))", exit_code: 0 }] });
  terminal.press("C-b", "d");
  await terminal.shows(/exit 0/);
  expect(await listed()).toContain('"humans_attached":0');
});

test("the status line tells what runs as data, and the help until the next key", async () => {
  using terminal = new OuterTerminal(["attach", "s"], session.home.env, { cols: 160 });
  await attached(terminal);
  const trap = join(session.home.root, "trap");
  await session.run(`: '#(touch ${trap}) #[fg=red]x #{pid} %H'; sleep 300`, { wait_seconds: 0 });
  await terminal.shows(/\| runs : '##?\(touch /);
  terminal.press("C-b", "?");
  await terminal.shows(/C-b d leaves \| C-b \[ scrolls back/);
  terminal.press("x");
  await terminal.shows(/\| runs : /);
  await session.interrupt();
  await terminal.shows(/\| at the prompt/);
  expect(existsSync(trap)).toBe(false);
  expect(terminal.screen).not.toMatch(/\$ x/);
});

test("with --read-only no key reaches the session, none keeps agents from typing, and C-b d leaves", async () => {
  using terminal = new OuterTerminal(["attach", "s", "--read-only"], session.home.env);
  // Before tmux 3.3 it is our own drawing.
  const [seen] = await terminal.shows(/C-b \? help \| read-only \| s \||q leaves/);
  terminal.press("-l", "echo never");
  terminal.press("Enter");
  terminal.press("C-b", "C-b");
  terminal.press("C-b", "[");
  if (seen !== "q leaves") terminal.press("C-c");
  const { fields } = await session.run("echo mine-$((1+1))");
  expect(fields).toMatchObject({ output: "mine-2", exit_code: 0 });
  expect(fields["humans"]).toBeUndefined();
  await terminal.shows(/^mine-2$/m);
  expect(terminal.screen).not.toContain("echo never");
  if (seen !== "q leaves") {
    terminal.press("C-b", "?");
    await terminal.shows(/C-b d leaves/);
    terminal.press("C-b", "d");
  } else terminal.press("q");
  await terminal.shows(/exit 0/);
});

test("the audit has what a human ran once, over all who saw it, and when they pressed keys, but not which", async () => {
  const since = new Date().toISOString();
  const typing = async () => (await entries("typing")).filter(({ at }) => at >= since);
  await using second = await session.home.start();
  using terminal = new OuterTerminal(["attach", "s"], session.home.env);
  await attached(terminal);
  terminal.press("-l", "read -rsp 'What: ' x; echo took-${#x}");
  terminal.press("Enter");
  await terminal.shows(/^What: ?$/m);
  terminal.press("-l", "hunter2");
  terminal.press("Enter");
  await terminal.shows(/took-7$/m);
  await until("the record of it", async () => (await entries("human")).some(ofRead), 20_000);
  for (const server of [session.server, second])
    await server.call("execute_command", { session_name: "s", command: "true", wait_seconds: 20 });
  await until(
    "the record of keys",
    async () => {
      // They count by the second: those of the client's first one may not.
      terminal.press("Space", "BSpace");
      return (await typing()).length > 0;
    },
    20_000,
  );
  terminal.press("C-b", "d");
  await terminal.shows(/exit 0/);
  expect((await entries("human")).filter(ofRead)).toMatchObject([
    { exit_code: 0, by: expect.stringMatching(/^a human/), log_from: expect.any(Number) },
  ]);
  // Of those too whose terminal was closed, in the tests before.
  await until(
    "the end of each stretch of typing",
    async () => (await entries("typing")).every(({ seconds }) => seconds !== undefined),
    20_000,
  );
  expect((await typing())[0]).toMatchObject({
    log_from: expect.any(Number),
    log_to: expect.any(Number),
  });
  expect(readFileSync(join(session.home.root, "audit.jsonl"), "utf8")).not.toContain("hunter2");
});

type Told = { readonly at: string; readonly command?: string; readonly seconds?: number };
const ofRead = ({ command }: Told) => command === "read -rsp 'What: ' x; echo took-${#x}";

async function entries(kind: string): Promise<Told[]> {
  const { stdout } = await runBinary(["history", "s", "--kind", kind, "--json"], { env: session.home.env });
  return JSON.parse(stdout).entries;
}

test("without a terminal or a session it says so", async () => {
  const { env } = session.home;
  const piped = await runBinary(["attach", "s"], { env });
  expect(piped).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("attach needs a terminal") });
  using terminal = new OuterTerminal(["attach", "nobody"], env);
  await terminal.shows(/no session is named "nobody"\s+Open are: s$/m);
  await terminal.shows(/exit 1/);
});
