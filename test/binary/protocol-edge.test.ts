import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { startServer } from "../unit/server/server-process.ts";
import { binary } from "./binary.ts";

setDefaultTimeout(60_000);

const endedWithinMs = 1_500;
let sshd: LoopbackSshd;
let home: McpHome;
/** Lives through all tests, and sees what a server that ends leaves behind. */
let witness: McpServer;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  witness = await home.start();
  for (const session_name of ["a", "b", "c"]) {
    const opened = await witness.call("open_connection", { connection_config_name: "lo", session_name });
    expect(opened.text).toContain(`${session_name} opened`);
  }
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

async function startBinary() {
  const server = startServer(home.env, [binary]);
  await server.initialize();
  return server;
}

/** Returns once the command that the call types runs. */
async function callAndSeeRunning(server: Awaited<ReturnType<typeof startBinary>>, id: number): Promise<void> {
  server.call(id, "execute_command", { session_name: "a", command: "sleep 300", wait_seconds: 50 });
  await until("the command to run", async () => (await stateOf("a")) === "running", 20_000);
}

async function stateOf(session_name: string): Promise<unknown> {
  return (await witness.call("get_terminal_output", { session_name })).fields["state"];
}

async function expectSessionUsable(): Promise<void> {
  expect(await stateOf("a")).toBe("running");
  await witness.call("interrupt_command", { session_name: "a", wait_seconds: 20 });
  const command = { session_name: "a", command: "echo still here", wait_seconds: 20 };
  expect((await witness.call("execute_command", command)).fields).toMatchObject({ output: "still here" });
}

test.each(["SIGTERM", "SIGINT", "SIGHUP", "the end of input"] as const)(
  "%s ends the server within a second, with the answer in flight, and another server goes on with the session",
  async (cause) => {
    await using server = await startBinary();
    await callAndSeeRunning(server, 1);
    const startedAtMs = performance.now();
    if (cause === "the end of input") server.endInput();
    else server.kill(cause);
    expect(await server.exited()).toBe(0);
    expect(performance.now() - startedAtMs).toBeLessThan(endedWithinMs);
    expect((await server.answer(1)).result).toMatchObject({ structuredContent: { state: "running" } });
    expect(server.stdoutLinesThatAreNoJson()).toEqual([]);
    await expectSessionUsable();
  },
);

test("a closed output ends the server within a second, though nothing is written, and sessions stay", async () => {
  await using server = await startBinary();
  await callAndSeeRunning(server, 1);
  await server.closeOutput();
  const startedAtMs = performance.now();
  expect(await server.exited()).toBe(0);
  expect(performance.now() - startedAtMs).toBeLessThan(endedWithinMs);
  await expectSessionUsable();
});

test("the end of input leaves time for a command that is about to end", async () => {
  await using server = await startBinary();
  const command = { session_name: "b", command: "echo done", wait_seconds: 20 };
  server.call(1, "execute_command", command);
  server.endInput();
  expect((await server.answer(1)).result).toMatchObject({ structuredContent: { output: "done" } });
  expect(await server.exited()).toBe(0);
});

test("garbage, half lines, oversized lines, wrong types and calls before initialize do no harm", async () => {
  await using server = startServer(home.env, [binary]);
  server.call(1, "list_connections", {});
  expect((await server.answer(1)).error?.code).toBe(-32600);
  await server.initialize();
  server.write("garbage\n\n{\n");
  server.write(Buffer.from([0xc3, 0x28, 0x0a, 0x00, 0x0a]));
  server.write(`${"z".repeat(17 * 1024 * 1024)}\n`);
  server.send({ jsonrpc: "2.0", id: 2, method: "sampling/createMessage" });
  server.send({ jsonrpc: "2.0", id: 3, method: "tools/call", params: [] });
  server.send({ jsonrpc: "2.0", id: 4, method: "tools/call", params: { name: "nope" } });
  server.call(5, "execute_command", { session_name: ["b"], command: 7 });
  server.call(6, "execute_command", { session_name: "b", command: `: ${"x".repeat(10_000_000)}` });
  server.write('[{"jsonrpc":"2.0","id":7,"method":"ping"}]\n');
  server.write('{"jsonrpc":"2.0","id":8,');
  server.write('"method":"ping"}\n');
  const codes = [];
  for (const id of [2, 3, 4]) codes.push((await server.answer(id)).error?.code);
  expect(codes).toEqual([-32601, -32602, -32602]);
  for (const id of [5, 6]) {
    const error = { code: "INVALID_ARGUMENT" };
    expect((await server.answer(id)).result).toMatchObject({ isError: true, structuredContent: { error } });
  }
  expect((await server.answer(8)).result).toEqual({});
  expect(server.stdoutLinesThatAreNoJson()).toEqual([]);
});

test("a wait that the client cancels gets no answer, ends at once, and its command goes on", async () => {
  await using server = await startBinary();
  await callAndSeeRunning(server, 1);
  server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
  server.send({ jsonrpc: "2.0", id: 2, method: "ping" });
  expect((await server.answer(2)).result).toEqual({});
  const startedAtMs = performance.now();
  server.endInput();
  expect(await server.exited()).toBe(0);
  expect(performance.now() - startedAtMs).toBeLessThan(500);
  expect(server.unread()).toEqual([]);
  await expectSessionUsable();
});

test("fifty calls at once are all answered, and a wait holds none of them up", async () => {
  await using server = await startBinary();
  await callAndSeeRunning(server, 1);
  for (let id = 100; id < 150; id++) {
    const [name, args] = mixedCalls[id % mixedCalls.length] ?? ["", {}];
    server.call(id, name, args);
  }
  for (let id = 100; id < 150; id++) expect((await server.answer(id)).result).toBeObject();
  expect(await stateOf("a")).toBe("running");
  server.call(1000, "interrupt_command", { session_name: "a" });
  expect((await server.answer(1)).result).toMatchObject({ structuredContent: { ended_by: "command_ended" } });
  expect(server.stdoutLinesThatAreNoJson()).toEqual([]);
});

const mixedCalls: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["list_connections", {}],
  ["get_terminal_output", { session_name: "b" }],
  ["execute_command", { session_name: "c", command: "echo $((6 * 7))" }],
  ["list_available_configs", {}],
  ["get_terminal_output", { session_name: "a", view: "screen" }],
];

test("what is typed on one session runs in the order of the calls", async () => {
  await using server = await startBinary();
  for (let id = 1; id <= 5; id++) {
    server.call(id, "execute_command", { session_name: "b", command: `echo turn ${id}`, wait_seconds: 20 });
    await server.answer(id);
  }
  server.call(6, "execute_command", { session_name: "b", command: "sleep 1; echo first", wait_seconds: 20 });
  server.call(7, "execute_command", { session_name: "b", command: "echo second", wait_seconds: 20 });
  const busy = { isError: true, structuredContent: { error: { code: "SESSION_BUSY" } } };
  expect((await server.answer(7)).result).toMatchObject(busy);
  expect((await server.answer(6)).result).toMatchObject({ structuredContent: { output: "first" } });
  const { fields } = await witness.call("get_terminal_output", { session_name: "b", num_lines: 100 });
  const turns = String(fields["output"])
    .split("\n")
    .filter((line) => /^turn \d$/.test(line));
  expect(turns).toEqual([1, 2, 3, 4, 5].map((turn) => `turn ${turn}`));
});
