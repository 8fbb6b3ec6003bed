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

test("twenty calls sent at once on one session are typed in their order", async () => {
  await using server = startServer();
  const commands = Array.from({ length: 20 }, (_, index) => `note ${index}`);
  const clientInfo = { name: "test", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  server.send({ jsonrpc: "2.0", id: "init", method: "initialize", params });
  for (const command of commands) server.call(command, "execute_command", { session_name: "web", command });
  server.call("seen", "execute_command", { session_name: "web", command: "seen" });
  const { result } = await server.answer("seen");
  expect(result?.structuredContent).toMatchObject({ output: commands.join("\n") });
});
