import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer, type ToolResult } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { readState } from "../support/traces.ts";

setDefaultTimeout(40_000);

let sshd: LoopbackSshd;
let home: McpHome;
let heir: McpServer;

beforeAll(async () => {
  home = new McpHome();
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home.writeConnections(McpHome.connection("lo", sshd));
  heir = await home.start();
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

/** One session, and the calls of one process on it. */
const at = (server: McpServer, session_name: string) => ({
  open: () => server.call("open_connection", { connection_config_name: "lo", session_name }),
  run: (command: string, more: Record<string, unknown> = {}) =>
    server.call("execute_command", { session_name, command, wait_seconds: 20, ...more }),
  read: (more: Record<string, unknown> = {}) => server.call("get_terminal_output", { session_name, ...more }),
  send: (more: Record<string, unknown>) =>
    server.call("send_input", { session_name, wait_seconds: 20, ...more }),
  interrupt: () => server.call("interrupt_command", { session_name, wait_seconds: 10 }),
});

type Hand = ReturnType<typeof at>;

/** What one process began when it was killed, and another takes over; `begin` ends at the moment of the kill. */
async function bequeath(
  name: string,
  begin: (victim: Hand, opened: ToolResult) => Promise<unknown>,
): Promise<{ readonly hand: Hand; readonly cursor: string }> {
  const victim = await home.start();
  const opened = await at(victim, name).open();
  expect(opened.fields).toMatchObject({ state: "idle", confidence: "exact" });
  await begin(at(victim, name), opened);
  process.kill(victim.pid, "SIGKILL");
  return { hand: at(heir, name), cursor: String(opened.fields["cursor"]) };
}

const ledger = (name: string): string[] => {
  const path = join(home.root, "logs", `${name}.commands.jsonl`);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
};

const steps = (name: string): string[] => ledger(name).map((line) => String(JSON.parse(line).step));

async function expectExact(hand: Hand, where: Record<string, unknown> = { depth: 0 }): Promise<void> {
  expect((await hand.run("echo next; (exit 4)")).fields).toMatchObject({
    output: "next",
    exit_code: 4,
    confidence: "exact",
    where,
  });
}

test("killed at the prompt: cursor, count of commands and integration go on", async () => {
  const { hand, cursor } = await bequeath("prompt", (victim) => victim.run("cd /tmp; kept=1"));
  const { fields } = await hand.run("echo $kept $PWD");
  expect(fields).toMatchObject({ command_id: "c2", output: "1 /tmp", exit_code: 0, where: { cwd: "/tmp" } });
  expect((await hand.read({ command_id: "c1" })).fields).toMatchObject({ exit_code: 0, confidence: "exact" });
  expect((await hand.read({ cursor })).fields["output"]).toContain("kept=1");
  expect(readState(home)["prompt"]?.["restored_at"]).toBeUndefined();
});

test("killed while output flows: every line and the exit code are there, once", async () => {
  const flow = "i=0; while [ $i -lt 600 ]; do echo l$i; i=$((i+1)); sleep 0.002; done; (exit 7)";
  const { hand, cursor } = await bequeath("flow", async (victim) => {
    await victim.run(flow, { wait_seconds: 0 });
    await victim.read({ wait_seconds: 10, wait_for: "l20\n" });
  });
  const { fields } = await hand.read({ command_id: "c1", wait_seconds: 30, num_lines: 1_000 });
  expect(fields).toMatchObject({ exit_code: 7, confidence: "exact", ended_by: "command_ended" });
  expect(fields["output"]).toBe(Array.from({ length: 600 }, (_, n) => `l${n}`).join("\n"));
  expect((await hand.read({ cursor })).isError).toBe(false);
  await expectExact(hand);
});

test("killed as soon as Enter was noted: the command ran once, and ends exactly", async () => {
  const { hand } = await bequeath("sent", async (victim) => {
    void victim.run("echo once >> sent.txt; cat sent.txt; (exit 3)").catch(() => undefined);
    await until("Enter is noted", () => steps("sent").includes("sent"), 10_000);
  });
  const end = await until(
    "its end",
    async () => {
      const { fields } = await hand.read({ command_id: "c1", wait_seconds: 1 });
      if (fields["exit_code"] !== undefined) return fields;
      // Killed between the note and the key: nothing runs, and a person or agent ends the wait.
      return fields["output"] === "" && (await hand.interrupt()).fields["interrupted"] === true && fields;
    },
    20_000,
  );
  const ran = Bun.file(join(sshd.home, "sent.txt"));
  if (Object(end)["exit_code"] === undefined) expect(await ran.exists()).toBe(false);
  else {
    expect(end).toMatchObject({ exit_code: 3, output: "once" });
    expect(await ran.text()).toBe("once\n");
  }
  await expectExact(hand);
});

test("killed between the note of Enter and the key: the command never runs, and C-c brings the prompt back", async () => {
  const { hand } = await bequeath("unpressed", (victim) => victim.run("true"));
  home.tmux("send-keys", "-l", "-t", "=mcp-unpressed:", "touch never.txt");
  const last = ledger("unpressed")
    .map((line) => JSON.parse(line))
    .findLast(({ step }) => step === "sent");
  await until("the echo", async () =>
    String((await hand.read({ view: "screen" })).fields["output"]).includes("touch never.txt"),
  );
  const { levels } = Object(readState(home)["unpressed"]);
  const note = { ...last, step: "sent", id: "c2", command: "touch never.txt", aid: levels[0].aid };
  const size = readFileSync(join(home.root, "logs/unpressed.log")).length;
  appendFileSync(
    join(home.root, "logs/unpressed.commands.jsonl"),
    `${JSON.stringify({ ...note, counter: last.counter + 1, offset: size })}\n`,
  );
  const refused = await hand.run("echo mine");
  expect(refused.code).toBe("SESSION_BUSY");
  expect((await hand.interrupt()).fields).toMatchObject({ interrupted: true, state: "idle" });
  expect((await hand.read({ command_id: "c2" })).fields["exit_code"]).toBeUndefined();
  await expectExact(hand);
  expect(await Bun.file(join(sshd.home, "never.txt")).exists()).toBe(false);
});

test("killed with its text on the line, unsent: the text is taken off and never runs", async () => {
  let serving = 0;
  const { hand } = await bequeath("typed", async (victim) => {
    serving = Number((await victim.run("echo $PPID")).fields["output"]);
    process.kill(serving, "SIGSTOP");
    void victim.run("touch typed.txt").catch(() => undefined);
    await until("its text is typed", () => steps("typed").at(-1) === "typed", 10_000);
  });
  process.kill(serving, "SIGCONT");
  await until("it is on the line", async () =>
    String((await hand.read({ view: "screen" })).fields["output"]).includes("touch typed.txt"),
  );
  await expectExact(hand);
  expect(await Bun.file(join(sshd.home, "typed.txt")).exists()).toBe(false);
});

test("killed while a program asks: the heir sees the question, answers, and gets the exit code", async () => {
  const { hand } = await bequeath("asks", (victim) =>
    victim.run("read -p 'Sure? ' a; echo got $a; (exit 5)", { wait_seconds: 10 }),
  );
  expect((await hand.send({ text: "blind\n" })).code).toBe("EXPECTATION_FAILED");
  expect((await hand.read()).fields).toMatchObject({
    state: "awaiting_input",
    awaiting: { prompt: "Sure?" },
  });
  expect((await hand.send({ text: "yes\n" })).fields).toMatchObject({
    command_id: "c1",
    exit_code: 5,
    output: "Sure? yes\ngot yes",
  });
  await expectExact(hand);
});

test("killed under a full-screen program: its screen is there, and q leaves it", async () => {
  const { hand } = await bequeath("screen", (victim) => victim.run("seq 500 | less", { wait_seconds: 10 }));
  const { fields } = await hand.read();
  expect(fields).toMatchObject({ state: "fullscreen", view: "screen" });
  expect(fields["output"]).toStartWith("1\n2\n");
  expect((await hand.send({ keys: "q" })).fields).toMatchObject({ command_id: "c1", exit_code: 0 });
  await expectExact(hand);
});

test("killed while a nested shell runs a command: both levels end exactly", async () => {
  const { hand } = await bequeath("nested", async (victim) => {
    expect((await victim.run("bash --norc")).fields).toMatchObject({ ended_by: "nested_prompt" });
    await victim.run("sleep 1.5; echo inner; (exit 6)", { wait_seconds: 0 });
  });
  expect((await hand.read({ command_id: "c2", wait_seconds: 20 })).fields).toMatchObject({
    exit_code: 6,
    output: "inner",
    confidence: "exact",
    where: { depth: 1 },
  });
  await expectExact(hand, { depth: 1 });
  expect((await hand.run("exit 3")).fields).toMatchObject({ exit_code: 3, where: { depth: 0 } });
  await expectExact(hand);
});
