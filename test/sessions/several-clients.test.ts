import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { noTraces, readState, tracesOf } from "../support/traces.ts";

setDefaultTimeout(60_000);

const holderScript = resolve(import.meta.dir, "../support/lock-holder.ts");

let sshd: LoopbackSshd;
let home: McpHome;
let first: McpServer;
let second: McpServer;
let third: McpServer;

beforeAll(async () => {
  home = new McpHome();
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home.writeConnections(McpHome.connection("lo", sshd));
  [first, second, third] = await Promise.all([home.start(), home.start(), home.start()]);
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const open = (server: McpServer, session_name: string) =>
  server.call("open_connection", { connection_config_name: "lo", session_name, timeout_seconds: 60 });

const run = (server: McpServer, session_name: string, command: string, wait_seconds = 20) =>
  server.call("execute_command", { session_name, command, wait_seconds });

const read = (server: McpServer, session_name: string, more: Record<string, unknown> = {}) =>
  server.call("get_terminal_output", { session_name, ...more });

const send = (server: McpServer, session_name: string, text: string) =>
  server.call("send_input", { session_name, text, wait_seconds: 2 });

const details = (fields: Record<string, unknown>) => Object(fields["error"]).details;

test("a session in which another agent's command runs is SESSION_BUSY, and it is said whose it is", async () => {
  await open(first, "busy");
  const begun = await run(first, "busy", "sleep 300", 0);
  const refused = await run(second, "busy", "echo mine");
  expect(refused.code).toBe("SESSION_BUSY");
  const by = `a command of test 1 (process ${first.pid}) runs`;
  expect(refused.text).toContain(by);
  expect(details(refused.fields)).toMatchObject({
    by,
    command: "sleep 300",
    command_id: begun.fields["command_id"],
    running_ms: expect.any(Number),
  });
  expect(details((await run(first, "busy", "echo mine")).fields).by).toBe("a command of this client runs");
  const close = await second.call("close_connection", { session_name: "busy" });
  expect(details(close.fields)).toMatchObject({ by, command: "sleep 300" });
  expect(
    (await second.call("interrupt_command", { session_name: "busy", wait_seconds: 10 })).fields,
  ).toMatchObject({ interrupted: true, command_id: begun.fields["command_id"], exit_code: 130 });
  expect((await read(first, "busy", { command_id: begun.fields["command_id"] })).fields["exit_code"]).toBe(
    130,
  );
});

test("what another agent's program asks is answered by who was shown it, and once", async () => {
  await open(first, "asks");
  const ask = "read -s -p 'Code: ' a; sleep 2; read -s -p 'Code: ' b; echo \"[$a][$b]\"";
  await run(first, "asks", ask, 10);
  const busy = await run(second, "asks", "echo mine");
  expect(busy.code).toBe("SESSION_BUSY");
  expect(details(busy.fields)).toMatchObject({
    command: ask,
    by: `a command of test 1 (process ${first.pid}) runs`,
  });
  expect((await send(second, "asks", "blind\n")).code).toBe("EXPECTATION_FAILED");
  // Both were shown the question; nothing shows that the first answer was given.
  await read(second, "asks");
  await read(third, "asks");
  await first.call("send_input", { session_name: "asks", text: "one\n", wait_seconds: 0 });
  const late = await send(second, "asks", "one again\n");
  expect(late.code).toBe("EXPECTATION_FAILED");
  expect(late.text).toContain(`answered by test 1 (process ${first.pid})`);
  await until(
    "the second question",
    async () =>
      String((await read(first, "asks", { view: "screen" })).fields["output"]).includes("Code: Code:"),
    10_000,
  );
  expect((await send(third, "asks", "meant for the first\n")).code).toBe("EXPECTATION_FAILED");
  await read(second, "asks");
  expect((await send(second, "asks", "two\n")).fields).toMatchObject({
    output: expect.stringContaining("[one][two]"),
  });
});

test("commands of three processes on one session run one after the other, each with its own end", async () => {
  await open(first, "shared");
  const results = await Promise.all(
    [first, second, third].flatMap((server, who) =>
      Array.from({ length: 5 }, async (_, n) => {
        const command = `echo ${who}.${n}; (exit ${10 * who + n})`;
        const fields = await until(
          command,
          async () => {
            const result = await run(server, "shared", command, 30);
            return result.code === "SESSION_BUSY" ? undefined : result.fields;
          },
          50_000,
        );
        expect(fields).toMatchObject({ output: `${who}.${n}`, exit_code: 10 * who + n, confidence: "exact" });
        return String(fields["command_id"]);
      }),
    ),
  );
  expect(new Set(results).size).toBe(15);
  const records = readFileSync(join(home.root, "logs/shared.commands.jsonl"), "utf8").trimEnd().split("\n");
  const sent = records.map((line) => JSON.parse(line)).filter(({ step }) => step === "sent");
  expect(sent.map(({ id }) => id)).toEqual(Array.from({ length: 15 }, (_, n) => `c${n + 1}`));
});

test("a new shell that two processes come to at once is integrated for both", async () => {
  await open(first, "inner");
  const [opened] = await Promise.all([
    run(first, "inner", "bash --norc"),
    until(
      "the second is in it too",
      async () => Object((await run(second, "inner", "echo in")).fields["where"]).depth === 1,
      20_000,
    ),
  ]);
  expect(opened.fields).toMatchObject({ ended_by: "nested_prompt" });
  for (const server of [second, first, third]) {
    expect((await run(server, "inner", "echo in; (exit 9)")).fields).toMatchObject({
      output: "in",
      exit_code: 9,
      where: { depth: 1 },
    });
  }
  expect((await run(third, "inner", "exit 5")).fields).toMatchObject({ exit_code: 5, where: { depth: 0 } });
  expect((await run(first, "inner", "echo out")).fields).toMatchObject({ output: "out", exit_code: 0 });
});

test("sessions opened, reopened and closed by four processes at once, one of them killed: state.json and tmux agree", async () => {
  const doomed = await home.start();
  const servers = [first, second, third, doomed];
  const churn = async (server: McpServer, who: number) => {
    for (let round = 0; round < 3; round++) {
      const name = `churn${who}-${round}`;
      if ((await open(server, name)).isError) continue;
      await run(server, name, "exit");
      await open(server, name);
      if (round === 1) await server.call("close_connection", { session_name: name });
    }
  };
  const working = servers.map((server, who) => churn(server, who).catch(() => undefined));
  await until("the doomed one is at it", () => "churn3-1" in readState(home), 30_000);
  process.kill(doomed.pid, "SIGKILL");
  await Promise.all(working);
  // What the dead one left half open is swept by who asks for it.
  for (const round of [0, 1, 2]) await run(first, `churn3-${round}`, "true");
  const { sessions } = (await first.call("list_connections")).fields;
  const listed = (Array.isArray(sessions) ? sessions : []).map(({ session_name }) => String(session_name));
  const wanted = [0, 1, 2].flatMap((who) => [0, 2].map((round) => `churn${who}-${round}`));
  expect(listed).toEqual(expect.arrayContaining(wanted));
  const traces = await tracesOf(home);
  expect(traces.stateEntries.toSorted()).toEqual(traces.tmuxSessions.map((name) => name.slice(4)).toSorted());
  expect(traces.stateEntries.toSorted()).toEqual(listed.toSorted());
  for (const name of wanted) {
    expect((await run(second, name, "echo $((6*7))")).fields).toMatchObject({ output: "42", exit_code: 0 });
    await third.call("close_connection", { session_name: name });
  }
  for (const name of Object.keys(readState(home)))
    await first.call("close_connection", { session_name: name, force: true });
  expect(await tracesOf(home)).toEqual(noTraces);
});

test("a stopped holder of a session's locks is named within seconds, for typing and for opening", async () => {
  await open(first, "held");
  const holders = ["held.input", "late.open"].map((name) =>
    Bun.spawn([process.execPath, holderScript, join(home.root, "locks", name)], {
      stdin: "pipe",
      stdout: "pipe",
    }),
  );
  try {
    for (const holder of holders) {
      await holder.stdout.getReader().read();
      process.kill(holder.pid, "SIGSTOP");
    }
    const [typed, interrupted, opened] = await Promise.all([
      run(first, "held", "echo no"),
      second.call("send_input", { session_name: "held", text: "no" }),
      open(third, "late"),
    ]);
    expect([typed.code, interrupted.code, opened.code]).toEqual(Array(3).fill("SESSION_BUSY"));
    expect(details(typed.fields).by).toBe(`process ${holders[0]?.pid}`);
    expect(opened.text).toContain(`process ${holders[1]?.pid}`);
    expect((await read(second, "held")).fields).toMatchObject({ state: "idle" });
  } finally {
    for (const holder of holders) holder.kill("SIGKILL");
    await Promise.all(holders.map((holder) => holder.exited));
  }
  expect((await run(first, "held", "echo yes")).fields).toMatchObject({ output: "yes", exit_code: 0 });
});
