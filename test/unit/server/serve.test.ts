import { expect, setDefaultTimeout, test } from "bun:test";

import { startServer, type Answer } from "./server-process.ts";

setDefaultTimeout(30_000);

test("garbage, half lines and oversized lines are answered, and what follows is served", async () => {
  await using server = startServer();
  await server.initialize();
  server.write("garbage\n\n   \n");
  server.write(Buffer.from([0xff, 0xfe, 0x0a]));
  server.write(`${"y".repeat(17 * 1024 * 1024)}\n`);
  server.write("[".repeat(100_000) + "\n");
  server.send({ jsonrpc: "2.0", id: 5, method: "ping" });
  const answers = await server.answersUntil(5);
  expect(answers.slice(0, -1).map(({ id, error }) => [id, error?.code])).toEqual([
    [null, -32700],
    [null, -32700],
    [null, -32700],
    [null, -32700],
  ]);
  expect<unknown>(answers.at(-1)).toEqual({ jsonrpc: "2.0", id: 5, result: {} });
});

test("a call of 10 MB and an answer of 10 MB pass", async () => {
  await using server = startServer();
  await server.initialize();
  server.call(1, "execute_command", { session_name: "web", command: `print ${"x".repeat(10_000_000)}` });
  expect((await server.answer(1)).result?.structuredContent).toMatchObject({ exit_code: 0 });
  server.call("2", "get_server_info", { connection_config_name: "x".repeat(5_000_000) });
  expect(JSON.stringify(await server.answer("2")).length).toBeGreaterThan(10_000_000);
});

test("lines arriving byte by byte are put together", async () => {
  await using server = startServer();
  await server.initialize();
  for (const byte of Buffer.from('{"jsonrpc":"2.0","id":"é","method":"ping"}\n'))
    server.write(Buffer.from([byte]));
  expect(await server.answer("é")).toMatchObject({ result: {} });
});

test("before initialize only ping is answered; server/discover is an unknown method at any time", async () => {
  await using server = startServer();
  server.send({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  server.call(2, "list_connections", {});
  server.send({ jsonrpc: "2.0", id: 3, method: "ping" });
  server.send({ jsonrpc: "2.0", id: 4, method: "server/discover" });
  const answers = [
    await server.answer(1),
    await server.answer(2),
    await server.answer(3),
    await server.answer(4),
  ];
  expect(answers.map(({ error }) => error?.code)).toEqual([-32600, -32600, undefined, -32601]);
  await server.initialize();
  server.send({ jsonrpc: "2.0", id: 5, method: "server/discover" });
  expect((await server.answer(5)).error?.code).toBe(-32601);
});

test("wrong types and unknown tools are errors of the protocol, wrong arguments errors of the tool", async () => {
  await using server = startServer();
  await server.initialize();
  server.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: 5 } });
  server.send({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "execute_comand" } });
  server.send({
    jsonrpc: "2.0",
    id: 3,
    method: "tools/call",
    params: { name: "list_connections", arguments: [] },
  });
  server.send({ jsonrpc: "2.0", id: 4, method: "tools/call" });
  server.call(5, "execute_command", { session_name: "web" });
  const answers: Answer[] = [];
  for (const id of [1, 2, 3, 4, 5]) answers.push(await server.answer(id));
  expect(answers.map(({ error }) => error?.code)).toEqual([-32602, -32602, -32602, -32602, undefined]);
  expect(answers[1]?.error?.message).toContain("execute_command");
  expect(answers[4]?.result).toMatchObject({ isError: true });
});

test("what libraries print goes to stderr", async () => {
  await using server = startServer();
  await server.initialize();
  server.call(1, "execute_command", { session_name: "web", command: "print" });
  expect(await server.answer(1)).toMatchObject({ result: { structuredContent: { exit_code: 0 } } });
  server.endInput();
  await server.exited();
  expect(server.stdoutLinesThatAreNoJson()).toEqual([]);
  expect(await server.stderr()).toContain("printed by console.log");
  expect(await server.stderr()).toContain("printed by process.stdout");
});

test("calls run side by side, and the end of input leaves time for answers in flight", async () => {
  await using server = startServer();
  await server.initialize();
  server.call(1, "execute_command", { session_name: "web", command: "wait 300" });
  server.call(2, "execute_command", { session_name: "web", command: "wait 1" });
  server.endInput();
  const order = [(await server.next()).id, (await server.next()).id];
  expect(order).toEqual([2, 1]);
  expect(await server.exited()).toBe(0);
});

test.each(["", " stubborn"])(
  "a call that goes on for longer is aborted at the end of input (wait 60000%s)",
  async (manner) => {
    await using server = startServer();
    await server.initialize();
    server.call(1, "execute_command", { session_name: "web", command: `wait 60000${manner}` });
    server.send({ jsonrpc: "2.0", id: 2, method: "ping" });
    await server.answer(2);
    const started = performance.now();
    server.endInput();
    expect(await server.exited()).toBe(0);
    expect(performance.now() - started).toBeLessThan(1500);
    if (manner === "") expect((await server.answer(1)).error?.code).toBe(-32000);
  },
);

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "%s ends it with the answers in flight",
  async (signal) => {
    await using server = startServer();
    await server.initialize();
    server.call(1, "execute_command", { session_name: "web", command: "wait 200" });
    server.send({ jsonrpc: "2.0", id: 2, method: "ping" });
    await server.answer(2);
    server.kill(signal);
    expect((await server.answer(1)).result?.structuredContent).toMatchObject({ exit_code: 0 });
    expect(await server.exited()).toBe(0);
  },
);

test("a last line without its newline is served, half a line is a parse error", async () => {
  await using whole = startServer();
  await whole.initialize();
  whole.write('{"jsonrpc":"2.0","id":9,"method":"ping"}');
  whole.endInput();
  expect(await whole.answer(9)).toMatchObject({ result: {} });
  await using half = startServer();
  await half.initialize();
  half.write('{"jsonrpc":"2.0","id":9,"meth');
  half.endInput();
  expect((await half.next()).error?.code).toBe(-32700);
  expect(await half.exited()).toBe(0);
});

test("no input at all ends it at once", async () => {
  await using server = startServer();
  server.endInput();
  expect(await server.exited()).toBe(0);
});

test("a closed stdout ends it quietly", async () => {
  await using server = startServer();
  await server.initialize();
  await server.closeOutput();
  server.send({ jsonrpc: "2.0", id: 2, method: "ping" });
  expect(await server.exited()).toBe(0);
  expect(await server.stderr()).toBe("served\n");
});

test.each([0, 7, "a"])("a cancelled call (id %j) is aborted and gets no answer", async (id) => {
  await using server = startServer();
  await server.initialize();
  server.call(id, "execute_command", { session_name: "web", command: "wait 60000" });
  server.send({ jsonrpc: "2.0", id: "before", method: "ping" });
  expect(await server.next()).toMatchObject({ id: "before" });
  server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
  server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "unknown" } });
  server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: {} } });
  server.send({ jsonrpc: "2.0", id: "after", method: "ping" });
  expect(await server.next()).toMatchObject({ id: "after" });
  const started = performance.now();
  server.endInput();
  expect(await server.exited()).toBe(0);
  expect(performance.now() - started).toBeLessThan(500);
  expect(await server.stderr()).toContain("aborted");
  expect(server.unread()).toEqual([]);
});

test("a call that is cancelled before it began does nothing", async () => {
  await using server = startServer();
  await server.initialize();
  const print = { name: "execute_command", arguments: { session_name: "web", command: "print" } };
  const messages = [
    { jsonrpc: "2.0", id: 1, method: "tools/call", params: print },
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } },
  ];
  server.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  server.endInput();
  expect(await server.exited()).toBe(0);
  expect(await server.stderr()).toBe("served\n");
});

test("a second request with an id that is not answered yet is refused", async () => {
  await using server = startServer();
  await server.initialize();
  server.call(1, "execute_command", { session_name: "web", command: "wait 300" });
  server.send({ jsonrpc: "2.0", id: 1, method: "ping" });
  expect(await server.next()).toMatchObject({ id: 1, error: { code: -32600 } });
  expect(await server.next()).toMatchObject({ id: 1, result: {} });
});

test("progress is sent once a second to a client that gave a token, with words of ours alone", async () => {
  await using server = startServer();
  await server.initialize();
  server.send({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: {
      name: "execute_command",
      arguments: { session_name: "web", command: "wait 1300" },
      _meta: { progressToken: 0 },
    },
  });
  expect<unknown>(await server.next()).toEqual({
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken: 0, progress: 1, message: "waiting for 1 s" },
  });
  expect(await server.next()).toMatchObject({ id: 1 });
});

test("batches are answered as one list where the version has them, and refused elsewhere", async () => {
  await using old = startServer();
  await old.initialize("2025-03-26");
  old.write(
    '[{"jsonrpc":"2.0","id":1,"method":"ping"},5,{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":2,"method":"nope"}]\n',
  );
  const batch = await old.nextLine();
  expect(batch).toBeArrayOfSize(3);
  expect(batch).toContainEqual({ jsonrpc: "2.0", id: 1, result: {} });
  expect(batch).toContainEqual({
    jsonrpc: "2.0",
    id: 2,
    error: { code: -32601, message: "Method not found" },
  });
  old.write('[]\n[{"jsonrpc":"2.0","method":"notifications/x"}]\n{"jsonrpc":"2.0","id":3,"method":"ping"}\n');
  expect(await old.next()).toMatchObject({ id: null, error: { code: -32600 } });
  expect(await old.next()).toMatchObject({ id: 3 });
  await using current = startServer();
  await current.initialize();
  current.write('[{"jsonrpc":"2.0","id":1,"method":"ping"}]\n');
  expect(await current.next()).toMatchObject({ id: null, error: { code: -32600 } });
});

test("results: text declares and returns no structured content", async () => {
  await using server = startServer({ FIXTURE_RESULTS: "text" });
  await server.initialize();
  server.call(1, "execute_command", { session_name: "web", command: "wait 1" });
  expect((await server.answer(1)).result).not.toHaveProperty("structuredContent");
});
